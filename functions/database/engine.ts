/**
 * What RDS says a cluster runs. Neptune and DocumentDB share RDS's API, and their ARNs look like Aurora's; but their lag is
 * no metric of Aurora's, and what Aurora does after a failover (the snapshot, the fence) nobody promises of them.
 */

/** The engines that this controller promotes: "Valid Values" of CreateGlobalCluster's Engine, Amazon RDS API Reference. */
const supported: ReadonlySet<string> = new Set(["aurora-mysql", "aurora-postgresql"]);

const names: Readonly<Record<string, string>> = { docdb: "Amazon DocumentDB", neptune: "Amazon Neptune" };

/** Null while every engine that was said is Aurora's. What nobody said is unknown, and holds nothing back. */
export function findOtherEngine(said: readonly (string | null | undefined)[]): string | null {
  return said.find((engine) => typeof engine === "string" && engine !== "" && !supported.has(engine)) ?? null;
}

/** The engine by the name that people know it by. */
export function describeEngine(engine: string): string {
  const name = names[engine];
  return name === undefined ? `the engine ${engine}` : `${name} (engine ${engine})`;
}
