import { printable } from "../../functions/timeline/report/read.ts";

/** Whether output may carry colours. */
export type Colour = "on" | "off";

export type Shade = "plain" | "bold" | "soft" | "good" | "warn" | "bad" | "blue";

const codes: Readonly<Record<Shade, string>> = {
  plain: "",
  bold: "1",
  soft: "2",
  good: "32",
  warn: "33",
  bad: "31",
  blue: "36",
};

/** Text in a shade; the text itself when colour is off. */
export function paint(text: string, shade: Shade, colour: Colour): string {
  return colour === "off" || shade === "plain" ? text : `\u001b[${codes[shade]}m${text}\u001b[0m`;
}

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;

function columnsOfCharacter(character: string): number {
  if (/^[\p{M}\u200b-\u200d]$/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** How many columns the text takes in a terminal. The text must carry no escape sequence. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + columnsOfCharacter(character), 0);
}

/** One line of at most `columns`, made printable; what is cut is marked. */
export function crop(text: string, columns: number): string {
  const line = printable(text);
  if (widthOf(line) <= columns) return line;
  let kept = "";
  let used = 0;
  for (const character of line) {
    used += columnsOfCharacter(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return columns < 1 ? "" : `${kept}…`;
}

/** Cropped and filled with blanks to exactly `columns`. */
export function fill(text: string, columns: number, side: "left" | "right" = "left"): string {
  const line = crop(text, columns);
  const blanks = " ".repeat(Math.max(0, columns - widthOf(line)));
  return side === "left" ? line + blanks : blanks + line;
}

/** Whatever is wider than this is not meant for an eye. */
const widest = 1_000;

/** The columns of a terminal; of a file or a pipe, where lines are best left whole, as many as it takes. */
export function columnsOf({ columns }: { readonly columns?: number | undefined }): number {
  return columns ?? widest;
}

/** Breaks a text between words into lines of at most `columns`. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  const words = printable(text)
    .split(" ")
    .flatMap((word) => word.match(new RegExp(`.{1,${Math.max(1, columns)}}`, "gu")) ?? []);
  for (const word of words) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns || line === "") line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}
