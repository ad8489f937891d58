/** What Node is told in every function: stack traces name our sources' lines, not columns of a minified one. */
export const nodeOptions = ["--enable-source-maps"] as const;
