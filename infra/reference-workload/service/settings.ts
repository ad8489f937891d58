import { z } from "zod";

const name = z.string().min(1);
const path = z.string().regex(/^\/[\w./-]*$/, "must be a path such as /health");

/** The environment of the service, as user data writes it. It holds no secret: the database takes IAM tokens. */
const environment = z.object({
  WORKLOAD_REGION: name,
  WORKLOAD_PORT: z.coerce.number().int().min(0).max(65_535),
  WORKLOAD_HEALTH_PATH: path,
  WORKLOAD_WRITE_PATH: path,
  WORKLOAD_SERVED_BY_HEADER: name,
  WORKLOAD_SESSIONS_TABLE: name,
  WORKLOAD_DATABASE_READER: name,
  WORKLOAD_DATABASE_WRITER: name,
  WORKLOAD_DATABASE_PORT: z.coerce.number().int().min(1).max(65_535),
  WORKLOAD_DATABASE_NAME: name,
  WORKLOAD_DATABASE_USER: name,
});

export type Settings = z.output<typeof environment>;

/** What user data must write. */
export type SettingName = keyof Settings;

/** @throws Error naming the variable and the value received */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const variable = String(issue?.path[0]);
  throw new Error(
    `Environment variable ${variable}: received ${JSON.stringify(variables[variable] ?? null)}: ${issue?.message}`,
  );
}
