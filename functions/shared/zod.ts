import { config, minLength, string } from "zod/mini";
import en from "zod/v4/locales/en.js";

/**
 * The schema library, for `import * as z`: zod's functional form. Its schemas have no methods for what nobody uses, so a
 * bundler drops the rest: 65 KB of each bundle, beside the method form.
 */
export * from "zod/mini";

// Without words of its own this form says only "Invalid input", and what it says goes into errors that people read.
config(en());

/** Text with something in it. */
export const nonEmpty = string().check(minLength(1));
