import { config, maxLength, minLength, regex, string, trim } from "zod/mini";
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

/** Nothing but line breaks and tabs of what steers a terminal, and at least one character that is seen. */
const visible = /^(?=.*[^\p{C}\p{Z}\p{M}\s])(?:[^\p{Cc}]|[\t\n\r])*$/su;

/** What a person writes for other people to read: who, and why. A few blanks or control characters say neither. */
export const personText = (most: number) =>
  string().check(
    trim(),
    minLength(1),
    maxLength(most),
    regex(visible, "must be text with something to see in it, and without control characters"),
  );
