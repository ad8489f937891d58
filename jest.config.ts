import type { Config } from "jest";

/** Tests are ES modules in TypeScript: swc strips the types, jest runs them as modules. */
const config: Config = {
  testEnvironment: "node",
  // Python packages bring files that jest would take for modules of ours.
  modulePathIgnorePatterns: ["<rootDir>/.venv-integration/"],
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // An hour of worlds: `npm run test:long`.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/long/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2024" },
        module: { type: "es6" },
      },
    ],
  },
  // Half of the suites wait for emulators or run one thread: with a core less, as is usual, a machine of two would idle.
  maxWorkers: "100%",
  injectGlobals: true,
  // Nothing here is about how long a test takes, and whoever shares the cores may be slow.
  testTimeout: 300_000,
};

export default config;
