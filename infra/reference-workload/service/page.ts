import type { Health, Look } from "./health.ts";

/** The page for people: which Region serves, what its stores say, and what each Region last wrote, as seen from here. */
export function renderPage(health: Health, writePath: string): string {
  const { region, status, sessions, database } = health;
  const marks = database.state === "serving" ? database.found.marks : [];
  const rows = marks.map(
    (mark) => `<tr><td>${escapeHtml(mark.region)}</td><td>${escapeHtml(mark.writtenAt ?? "never")}</td></tr>`,
  );
  const writer =
    database.state === "serving"
      ? `The writer is ${database.found.writer === "here" ? "here" : "in another Region"}.`
      : "Where the writer is cannot be read from here.";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Served by ${escapeHtml(region)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1.5rem .2rem 0}</style>
</head>
<body>
<h1>Served by ${escapeHtml(region)}</h1>
<p>This Region is ${status}. ${writer}</p>
<table>
<tr><th>Store</th><th>A real read</th></tr>
<tr><td>Aurora</td><td>${escapeHtml(word(database))}</td></tr>
<tr><td>DynamoDB</td><td>${escapeHtml(word(sessions))}</td></tr>
</table>
<h2>Last written, as Aurora shows it here</h2>
<table>
<tr><th>Region</th><th>At</th></tr>
${rows.join("\n")}
</table>
<form method="post" action="${escapeHtml(writePath)}"><p><button>Write through this name</button></p></form>
</body>
</html>
`;
}

function word(store: Look<unknown>): string {
  return store.state === "serving" ? "answered" : `failed: ${store.reason}`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
