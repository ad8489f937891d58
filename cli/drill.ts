import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { systemClock } from "../functions/shared/clock.ts";
import { errorMessage } from "../functions/shared/errors.ts";
import { loadPlan } from "../functions/shared/plan/load.ts";
import type { Plan } from "../functions/shared/plan/plan.ts";
import { renderHtml } from "../functions/timeline/report/html.ts";
import { renderJson } from "../functions/timeline/report/json.ts";
import { renderMarkdown } from "../functions/timeline/report/markdown.ts";
import { summarize } from "../functions/timeline/report/summary.ts";
import { castScenario, MiscastError } from "../simulator/cast.ts";
import { chooseDisplay, type DisplayChoice } from "../simulator/display/display.ts";
import { columnsOf, wrap } from "../simulator/display/screen.ts";
import { renderClosing } from "../simulator/display/summary.ts";
import { renderTable } from "../simulator/display/table.ts";
import { planNamed } from "../simulator/plans.ts";
import { type Played, play } from "../simulator/play.ts";
import { drawScenario, worldName } from "../simulator/random-scenario.ts";
import { type DrillResult, isRight } from "../simulator/result.ts";
import type { Scenario } from "../simulator/scenario.ts";
import { scenarios } from "../simulator/scenarios/index.ts";
import { curveOf } from "./curve.ts";
import { LiveAudience } from "./live.ts";
import { pagesOf } from "./pages.ts";
import { traceOf } from "./trace.ts";
import { largestSeed, readCount, readOptions, runCommand, UsageError } from "./usage.ts";
import { warnAbout } from "./warnings.ts";

const options = {
  plan: { type: "string" },
  scenario: { type: "string" },
  seed: { type: "string" },
  json: { type: "boolean" },
  list: { type: "boolean" },
  all: { type: "boolean" },
  trace: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const help = `A drill: a Region fails in a simulated world, and the real handlers and the real state machine recover it.

  npm run drill -- [options]

  --scenario NAME   what happens (default region-outage; --list names them)
  --plan FILE       under which plan (default: the scenario's own); its Regions play the scenario's parts
  --seed N          which world: timings and chance follow from it (default 1)
  --trace           print every call, fault and state besides; with --seed and without --scenario it replays the random
                    world N of \`npm run simulate\`
  --json            print the result as one JSON object and nothing else; write no report
  --list            name the scenarios
  --all             play every scenario and print one table

Exit code 0: ended as expected, no promise broken; a random world may end in every way. 1: not so, or the reports could
not be written. 2: bad options or a bad plan.
`;

const reportFolder = "reports";
const nameColumns = 26;

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  refuseIdleOptions(chosen);
  if (chosen.list) return list(chosen.json ? "json" : "text");
  const seed = chosen.seed === undefined ? 1 : readCount("seed", chosen.seed, 0, largestSeed);
  const plan = chosen.plan === undefined ? null : await readPlan(chosen.plan);
  if (chosen.all) {
    if (plan !== null) warnAbout(plan);
    return playAll(plan, seed, chosen.json ? "json" : "text");
  }
  const replays = chosen.trace === true && chosen.seed !== undefined && chosen.scenario === undefined && plan === null;
  const drill = replays ? randomDrill(seed) : namedDrill(chosen.scenario ?? "region-outage", plan, seed);
  if (chosen.json && chosen.trace && !replays) {
    throw new UsageError(
      "--trace: does nothing together with --json, unless it replays a random world (--seed N, no --scenario, no --plan)",
    );
  }
  // What is refused gets one line, and no other.
  if (plan !== null) warnAbout(plan);
  if (chosen.json) {
    const { result } = await drill(undefined);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return isRight(result) ? 0 : 1;
  }
  const display = chooseDisplay(process.stdout, process.env);
  const played = await drill(new LiveAudience(process.stdout, display, systemClock));
  if (chosen.trace) process.stdout.write(`${traceOf(played).join("\n")}\n`);
  if (report(played, display) === "unwritten") return 1;
  return isRight(played.result) ? 0 : 1;
});

/** An option that would do nothing is a mistake of whoever gave it. */
function refuseIdleOptions(chosen: Readonly<Record<string, string | boolean | undefined>>): void {
  const idle: Readonly<Record<string, readonly string[]>> = {
    list: ["all", "plan", "scenario", "seed", "trace"],
    all: ["scenario", "trace"],
  };
  for (const [mode, options] of Object.entries(idle)) {
    const found = chosen[mode] === true ? options.find((option) => chosen[option] !== undefined) : undefined;
    if (found !== undefined)
      throw new UsageError(`--${found}: does nothing together with --${mode}; leave one of them out`);
  }
}

type Drill = (audience: LiveAudience | undefined) => Promise<Played>;

function namedDrill(name: string, given: Plan | null, seed: number): Drill {
  const { scenario, plan } = prepare(name, given);
  return async (audience) => {
    audience?.announce(scenario);
    const played = await play({ scenario, plan, seed, ...(audience === undefined ? {} : { audience }) });
    await audience?.end();
    return played;
  };
}

/** The same world that `simulate` drew from this seed. */
function randomDrill(seed: number): Drill {
  const { scenario, plan, faults, prepare: setUp, stop } = drawScenario(seed);
  return async (audience) => {
    audience?.announce(scenario);
    const played = await play({
      scenario,
      plan,
      seed,
      faults,
      prepare: setUp,
      stop,
      ...(audience === undefined ? {} : { audience }),
    });
    await audience?.end();
    return played;
  };
}

function prepare(name: string, given: Plan | null): { readonly scenario: Scenario; readonly plan: Plan } {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) {
    const known = scenarios.map((each) => each.name).join(", ");
    throw new UsageError(`--scenario: received ${JSON.stringify(name)}: must be one of ${known}`);
  }
  if (given === null) return { scenario, plan: planNamed(scenario.plan) };
  try {
    return { scenario: castScenario(scenario, given), plan: given };
  } catch (error) {
    if (error instanceof MiscastError) throw new UsageError(`--plan: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Checked as for a deployment, so that nobody rehearses what cannot be. */
async function readPlan(path: string): Promise<Plan> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`--plan: received ${JSON.stringify(path)}: must be a plan file that can be read`);
  }
  const plan = loadPlan(text, path);
  const { refuseUnreal } = await import("../infra/reality.ts");
  refuseUnreal(plan, path, "public");
  return plan;
}

function list(form: "json" | "text"): number {
  if (form === "json") {
    const rows = scenarios.map(({ name, summary, expected, failureModes }) => ({
      name,
      summary,
      expected,
      failureModes,
    }));
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return 0;
  }
  const columns = columnsOf(process.stdout);
  for (const { name, summary, failureModes } of scenarios) {
    const lines = wrap(`${summary} (${failureModes.join(", ")})`, Math.max(20, columns - nameColumns - 1));
    const told = lines.map((line, index) => `${(index === 0 ? name : "").padEnd(nameColumns)} ${line}\n`);
    process.stdout.write(told.join(""));
  }
  const footer =
    "FM numbers are failure modes; docs/failure-modes.md says what each one is, and where those without a story are tested.";
  process.stdout.write(`\n${wrap(footer, columns).join("\n")}\n`);
  return 0;
}

async function playAll(given: Plan | null, seed: number, form: "json" | "text"): Promise<number> {
  const results: DrillResult[] = [];
  const unfit: string[] = [];
  for (const { name } of scenarios) {
    try {
      results.push((await play({ ...prepare(name, given), seed })).result);
    } catch (error) {
      const cause = error instanceof UsageError ? error.cause : null;
      if (!(cause instanceof MiscastError)) throw error;
      unfit.push(`Not played: ${name.padEnd(26)} needs ${cause.needed}`);
    }
  }
  const skipped = unfit.map((line) => `${line}\n`).join("");
  if (form === "json") {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    process.stderr.write(skipped);
  } else {
    const { colour } = chooseDisplay(process.stdout, process.env);
    const rows = results.map((result) => ({ ...result, violations: result.violations.length }));
    process.stdout.write(`${renderTable(rows, colour).join("\n")}\n`);
    process.stdout.write(skipped);
    for (const { scenario, violations } of results) {
      for (const { invariant, message } of violations) process.stdout.write(`${scenario}: ${invariant}: ${message}\n`);
    }
  }
  return results.every(isRight) ? 0 : 1;
}

/** Writes the reports and says in the terminal what a person needs to know, whether or not they could be written. */
function report(played: Played, display: DisplayChoice): "written" | "unwritten" {
  const { result } = played;
  const summary = summarize(result.timeline, played.world.plan, pagesOf(played.world));
  // A plan of one's own gets reports of its own.
  const home = scenarios.find(({ name }) => name === result.scenario)?.plan;
  const under = home === undefined || home === result.plan ? "" : `-${result.plan}`;
  const isWorld = result.scenario === worldName(result.seed);
  const name = isWorld ? result.scenario : `${result.scenario}${under}-seed-${result.seed}`;
  const files = (
    [
      ["html", renderHtml(summary, result.timeline, curveOf(played))],
      ["md", renderMarkdown(summary, result.timeline)],
      ["json", renderJson(summary, result.timeline)],
    ] as const
  ).map(([extension, text]) => ({ path: join(reportFolder, `${name}.${extension}`), text }));
  const failure = writeAll(files);
  const closing = renderClosing(summary, {
    columns: display.columns,
    colour: display.colour,
    reportFiles: failure === null ? files.map(({ path }) => relative(process.cwd(), path)) : [],
    requests: { lost: result.trafficLost, total: result.trafficTotal },
  });
  process.stdout.write(`\n${closing.join("\n")}\n`);
  for (const { invariant, message } of result.violations) {
    process.stdout.write(`Broken promise: ${invariant}: ${message}\n`);
  }
  process.stdout.write(`\n${verdictOf(result)}\n`);
  if (failure === null) return "written";
  process.stderr.write(`${failure}\n`);
  return "unwritten";
}

interface ReportFile {
  readonly path: string;
  readonly text: string;
}

/** What kept the reports from being written, in one line; null when they were. */
function writeAll(files: readonly ReportFile[]): string | null {
  try {
    mkdirSync(reportFolder, { recursive: true });
    for (const { path, text } of files) writeFileSync(path, text);
    return null;
  } catch (error) {
    const { code = errorMessage(error), path = reportFolder } = error as NodeJS.ErrnoException;
    return `${path}: the reports could not be written (${code}): ${reportFolder}/ must be a folder that can be written to; move away what is in its place, or run the drill in another folder`;
  }
}

/** What the exit code says, in words: whether it ended as it should, and whether every promise was kept. */
function verdictOf({ outcome, expected, violations }: DrillResult): string {
  const ended =
    expected === null
      ? `Ended ${outcome}`
      : outcome === expected
        ? `As expected (${outcome})`
        : `Expected ${expected}, got ${outcome}`;
  const kept = violations.length === 0 ? "no promise broken" : `promises broken: ${violations.length}`;
  return `${ended}; ${kept}.`;
}
