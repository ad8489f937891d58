import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

const credentials = fileURLToPath(new URL("../functions/shared/aws/lambda-credentials.ts", import.meta.url));

/**
 * Lets esbuild leave out of a bundle what a deployed function cannot use of the AWS SDK. Nothing that the remaining code
 * does is changed, and the SDK's errors are all left in, since their names decide what happens next.
 *
 * - Credentials come from Lambda's environment, so the other sources of the default chain are replaced.
 * - A client's schemas are object literals with computed keys, which esbuild must take for code that does something; with
 *   the constants written in their place it sees which schemas nobody uses. Of S3's 68 KB, 9 remain.
 * - Of its package.json a client uses the version only.
 */
export const leanSdk: Plugin = {
  name: "lean-sdk",
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path: credentials }));
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: foldKeys(await readFile(path, "utf8")),
    }));
    build.onLoad({ filter: /@aws-sdk\/client-[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8")) as { readonly version: string };
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** Writes the module's own string constants in the place of computed keys: `const _e = "error"; … { [_e]: 1 }`. */
function foldKeys(code: string): string {
  const constants = new Map([...code.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]));
  return code.replace(/\[(\w+)\]:/g, (key, name: string) => {
    const text = constants.get(name);
    return text === undefined ? key : `${text}:`;
  });
}
