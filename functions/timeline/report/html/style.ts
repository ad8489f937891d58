/** The report's whole style sheet: light and dark, phone and print. Text contrast is AA or better in both. */
export const styleSheet = `
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#171c26;--soft:#535d6e;--line:#d9dee6;--track:#eceff4;
--good:#1c7447;--warn:#8a5800;--bad:#b3261e;--idle:#5b6576;--link:#1f5fbf;--lost:#c2362d;
--r0:#2f6fc1;--r1:#14827a;--r2:#7d52b5;--r3:#b0641a;--r4:#64731b;--r5:#a83f7a;--r6:#4a5a9b;--r7:#6b5a48}
@media screen and (prefers-color-scheme:dark){:root{--page:#11151c;--card:#1a202a;--ink:#e9edf4;--soft:#a5b0c2;--line:#323b4a;--track:#262e3b;
--good:#58c48b;--warn:#e5b04c;--bad:#ff8b80;--idle:#9aa6b8;--link:#8bb8ff;--lost:#e5655b;
--r0:#5f9eec;--r1:#3fb8ad;--r2:#ad87e0;--r3:#dd9650;--r4:#a3b350;--r5:#dd7bb0;--r6:#8797de;--r7:#b39f88}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:32px 20px 56px}
h1{font-size:28px;line-height:1.25;margin:6px 0 10px;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:19px;line-height:1.3;margin:0 0 12px}
h3{font-size:16px;margin:0 0 4px}
p{margin:0 0 10px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:16px 0}
.eyebrow,.note,.meta{color:var(--soft);font-size:14px;margin:0}
.note{margin-top:8px}
.eyebrow b{color:var(--ink)}
.badge{display:inline-block;border:1.5px solid currentColor;border-radius:999px;padding:1px 12px;font-weight:600;font-size:14px;margin-right:10px}
.good{color:var(--good)}.degraded,.warn{color:var(--warn)}.failed,.bad{color:var(--bad)}.idle,.skipped,.other{color:var(--idle)}.running,.interrupted{color:var(--link)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(184px,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:16px 0}
.figures>div{background:var(--card);padding:14px 18px}
.figures dt{color:var(--soft);font-size:14px}
.figures dd{margin:0}
.figures .value{font-size:23px;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.figures .verdict{font-size:14px;font-weight:600}.figures .verdict.idle{font-weight:400}
.keep{white-space:nowrap}.reasons{font-size:14px;margin:8px 0 0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
ul,ol{margin:0 0 10px;padding-left:22px}
ol.next>li{margin:0 0 14px}ol.next>li:last-child{margin:0}
pre,code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--track);border-radius:6px;padding:10px 12px;margin:6px 0 0;white-space:pre-wrap}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.45}
caption{text-align:left;color:var(--soft);padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:7px 12px 7px 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;white-space:nowrap}
tr:last-child td{border-bottom:0}
td.time{white-space:nowrap;font-variant-numeric:tabular-nums}td.name{white-space:nowrap}
td .sub{color:var(--soft);display:block}
.hash{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--soft);text-decoration:none;border:0}
details summary{cursor:pointer;color:var(--link);font-size:13px;width:max-content}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:10px 0 0;font-size:13px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}
figure{margin:0 0 18px}figcaption{font-size:14px;color:var(--soft);margin:0 0 6px}
svg{display:block;overflow:visible}svg.defs{position:absolute}
svg text{font-size:13px;fill:var(--ink);stroke:var(--card);stroke-width:3.5px;stroke-linejoin:round;paint-order:stroke}
svg text.tick{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}
.lane-name{font-weight:600}
.lane-note{fill:currentColor}
.flag-text{font-size:12.5px}
.grid{stroke:var(--line)}.axis{stroke:var(--soft)}
.milestone{stroke:var(--soft);stroke-dasharray:2 3}.flag{fill:var(--ink)}
.track{fill:var(--track)}
.bar{stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.bar.good{fill:currentColor}.bar.degraded{fill:url(#hatch)}.bar.failed{fill:url(#cross)}
.bar.skipped,.bar.other{fill:var(--card);stroke-dasharray:4 3}
.bar.running,.bar.interrupted{fill:var(--card);stroke-dasharray:4 3}
.bar.waiting{fill:url(#dots);stroke:var(--idle);stroke-width:1}
.p-degraded{fill:var(--warn);fill-opacity:.35}.p-failed{fill:var(--bad);fill-opacity:.35}.p-waiting{fill:var(--track)}.p-dot{fill:var(--idle)}
.p-lost{fill:var(--lost)}.p-line{stroke:var(--card);stroke-width:1.6;stroke-opacity:.75}
.mark{stroke:var(--ink);stroke-width:1.6}.mark.begun{fill:var(--card)}.mark.confirmed{fill:var(--ink)}.mark.crossed{stroke-width:2.6;fill:none}
.lost{fill:url(#lost)}.unknown{fill:var(--track);stroke:var(--idle);stroke-dasharray:3 2}
.layer{stroke:var(--card);stroke-width:1;vector-effect:non-scaling-stroke}.span{stroke:var(--card);stroke-width:1}
${Array.from({ length: 8 }, (_, index) => `.region-${index}{fill:var(--r${index})}`).join("")}
a{color:var(--link)}
@media (min-width:641px){table.events td:nth-child(2){min-width:7.5em}table.events td:nth-child(3){min-width:10em}table.events td:nth-child(5){min-width:8em}}
@media (max-width:1020px){.figures{grid-template-columns:1fr 1fr}.figures>div:last-child:nth-child(odd){grid-column:1/-1}}
@media (max-width:640px){main{padding:20px 12px 40px}section{padding:16px 14px}h1{font-size:23px}
.figures>div{padding:11px 12px}.figures .value{font-size:18px}
dl.facts{grid-template-columns:104px 1fr;gap:3px 10px;font-size:14px}
table.stack,table.stack tbody,table.stack tr,table.stack td,table.stack caption{display:block;width:100%}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack tr{display:flex;flex-wrap:wrap;gap:1px 14px;padding:9px 0;border-bottom:1px solid var(--line)}table.stack tr:last-child{border-bottom:0}
table.stack td{border:0;padding:1px 0;white-space:normal;width:auto}table.stack td.wide{width:100%}
table.stack td:empty{display:none}
table.events td:nth-child(1){order:1}table.events td:nth-child(2){order:2}table.events td:nth-child(4){order:3}
table.events td:nth-child(3){order:4}table.events td:nth-child(5){order:5}
table.events td>.sub{display:inline}table.events td>.sub::before{content:" · "}table.events td[data-label]::before{content:none!important}
table.stack td[data-label]::before{content:attr(data-label) " ";color:var(--soft)}
svg text{font-size:11.5px}svg text.between{display:none}svg text.tick{font-size:11px}.flag-text{font-size:11.5px}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11pt}main{max-width:none;padding:0}
section,.figures{break-inside:avoid-page;border-color:#bbb}section.long{break-inside:auto}tr,figure,svg{break-inside:avoid}
h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
