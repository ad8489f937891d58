import type { Plugin } from "esbuild";

/**
 * Takes `node:http` by `require` where a package imports it. An import of one of Node's own modules reads each of its
 * exports once, and those of `node:http` have been three getters more since Node 22.5 (`WebSocket` and its events), which
 * load the whole of undici: about a fifth of the time in which a function starts, for something that none of them uses.
 */
export const nodeHttp: Plugin = {
  name: "node-http",
  setup(build) {
    build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === "import-statement" ? { path: "node:http", namespace: "required" } : undefined,
    );
    build.onLoad({ filter: /^node:http$/, namespace: "required" }, () => ({
      contents: 'module.exports = require("node:http");',
    }));
  },
};
