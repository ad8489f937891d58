import { type ColdStart, measureColdStart } from "./bench/cold-start.ts";
import { measureFailover } from "./bench/failover.ts";
import { measureSpeed } from "./bench/speed.ts";
import { readCount, readOptions, runCommand } from "./usage.ts";

const options = {
  runs: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const help = `How fast the simulator is, how fast the failover is in simulated time, and what a function's start costs.

  npm run bench -- [--runs N] [--json]

  --runs N   runs of region-outage to time, each with a seed of its own (default 400)
  --json     print the figures as one JSON object

PYTHON names the Python whose boto3 the starts are compared with (default python3).
`;

const defaultRuns = 400;

await runCommand(async () => {
  const chosen = readOptions(process.argv.slice(2), options);
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const runs = chosen.runs === undefined ? defaultRuns : readCount("runs", chosen.runs, 1);
  const figures = {
    ...(await measureSpeed(runs)),
    regionOutage: await measureFailover(),
    coldStart: await measureColdStart(),
  };
  if (chosen.json) {
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return 0;
  }
  const { threads, failoversPerSecond, simulatedSecondsPerWallSecond, regionOutage, coldStart } = figures;
  const rows: readonly (readonly [string, string])[] = [
    [
      "Simulated failovers",
      `${failoversPerSecond.toFixed(1)} /s on ${threads} threads (${runs} runs of region-outage)`,
    ],
    ["Simulated time", `${Math.round(simulatedSecondsPerWallSecond)} s per second of wall time`],
    ["", ""],
    ["region-outage", `median of ${regionOutage.seeds} seeds, simulated seconds`],
    ["  fault to detected", seconds(regionOutage.faultToDetectedSeconds)],
    ["  detected to decided", seconds(regionOutage.detectedToDecidedSeconds)],
    ["  decided to switched", seconds(regionOutage.decidedToTrafficSwitchedSeconds)],
    ["  fault to recovered", seconds(regionOutage.faultToRecoveredSeconds)],
    ["  recovery time", `${seconds(regionOutage.rtoSeconds)} (first failing probe to verified)`],
    ["  data loss", seconds(regionOutage.rpoSeconds)],
    ["  state transitions", String(regionOutage.stateTransitions)],
    ["  API calls", `${regionOutage.apiCalls}, of which by the run itself ${regionOutage.apiCallsOfRun}`],
    ["", ""],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(22)}${value}`.trimEnd().concat("\n"));
  process.stdout.write(renderColdStart(coldStart));
  return 0;
});

/** A line a handler, and what was measured. */
function renderColdStart({ node, processes, handlers, nodeModulesImportMs, boto3 }: ColdStart): string {
  const python = boto3.kind === "measured" ? milliseconds(boto3.importMs) : "none";
  const table = [
    ["  handler", "bundle", "import", "unbundled", "× faster", "boto3 and rds"],
    ...handlers.map(({ name, startBytes, importMs, unbundledImportMs }) => [
      `  ${name}`,
      `${(startBytes / 1024).toFixed(0)} KiB`,
      milliseconds(importMs),
      milliseconds(unbundledImportMs),
      importMs === null || unbundledImportMs === null ? "unknown" : (unbundledImportMs / importMs).toFixed(1),
      python,
    ]),
  ];
  const lines = table.map(([name = "", ...cells]) => name.padEnd(20) + cells.map((cell) => cell.padStart(14)).join(""));
  const told =
    boto3.kind === "measured"
      ? `Python ${boto3.python}, boto3 ${boto3.boto3}: import boto3, and a client of rds`
      : `boto3 was not measured: ${boto3.reason}`;
  return [
    `Start of a function   median of ${processes} fresh processes; import of the handler's module, Node ${node}`,
    ...lines,
    `  Part of each import, bundled or not: Node's own modules, by themselves ${milliseconds(nodeModulesImportMs)}`,
    `  ${told}`,
    "",
  ].join("\n");
}

function seconds(value: number | null): string {
  return value === null ? "unknown" : `${value.toFixed(1)} s`;
}

function milliseconds(value: number | null): string {
  return value === null ? "unknown" : `${value.toFixed(1)} ms`;
}
