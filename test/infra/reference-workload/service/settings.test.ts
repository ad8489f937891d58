import { readSettings } from "../../../../infra/reference-workload/service/settings.ts";

const complete = {
  WORKLOAD_REGION: "eu-west-1",
  WORKLOAD_PORT: "8080",
  WORKLOAD_HEALTH_PATH: "/health",
  WORKLOAD_WRITE_PATH: "/health/write",
  WORKLOAD_SERVED_BY_HEADER: "x-served-by-region",
  WORKLOAD_SESSIONS_TABLE: "UserSessions",
  WORKLOAD_DATABASE_READER: "reader.example.com",
  WORKLOAD_DATABASE_WRITER: "writer.example.com",
  WORKLOAD_DATABASE_PORT: "5432",
  WORKLOAD_DATABASE_NAME: "workload",
  WORKLOAD_DATABASE_USER: "workload",
};

it("reads a complete environment", () => {
  expect(readSettings(complete)).toMatchObject({ WORKLOAD_PORT: 8080, WORKLOAD_SESSIONS_TABLE: "UserSessions" });
});

it.each([
  ["WORKLOAD_PORT", "eighty"],
  ["WORKLOAD_HEALTH_PATH", "health"],
  ["WORKLOAD_REGION", ""],
])("names the variable and the value: %s=%s", (variable, value) => {
  expect(() => readSettings({ ...complete, [variable]: value })).toThrow(
    `Environment variable ${variable}: received ${JSON.stringify(value)}`,
  );
});

it.each(Object.keys(complete))("does without none of them: %s", (variable) => {
  const { [variable as keyof typeof complete]: _, ...rest } = complete;
  expect(() => readSettings(rest)).toThrow(`Environment variable ${variable}: received null`);
});
