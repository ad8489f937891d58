import { printable } from "../read.ts";

/** HTML that is safe to put into a page. Only `markup` and `style` make it. */
export class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}

export type Part = string | number | null | Markup | readonly Part[];

/** Text as HTML shows it, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function render(part: Part): string {
  if (part === null) return "";
  if (part instanceof Markup) return part.html;
  if (Array.isArray(part)) return part.map(render).join("");
  return escapeHtml(String(part));
}

/** A template whose values are escaped unless they are markup themselves. */
export function markup(fixed: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(
    fixed.map((text, index) => text + (index < values.length ? render(values[index] ?? null) : "")).join(""),
  );
}

/** A length or place in per cent, short and never more than the page is wide. */
export function percent(value: number): string {
  const bounded = Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0;
  return `${Math.round(bounded * 1_000) / 1_000}%`;
}

const unbroken = /([a-z]{2,3}(?:-[a-z]+)+-\d\b|\d (?:h|min|s)\b)/;

/** Running text in which a Region's name, and a figure with its unit, stay on one line. */
export function prose(text: string): Markup {
  const parts = text.split(unbroken);
  return markup`${parts.map((part, index) => (index % 2 === 1 ? markup`<span class="keep">${part}</span>` : new Markup(escapeRun(part))))}`;
}

/** Escapes a part of a line; the blanks at its ends are the line's own. */
function escapeRun(part: string): string {
  const [before, after] = [/^\s/.test(part) ? " " : "", /\S\s+$/.test(part) ? " " : ""];
  return `${before}${escapeHtml(part)}${after}`;
}
