// The looks of report.html: the page's colours (public/style.css), light and dark, narrow and printed.

export const style = `
:root {
  color-scheme: light dark; --page: #f4f6f8; --surface: #fff; --text: #16212b; --muted: #51606d; --line: #d5dbe1; --bad: #b3261e;
  --polling: #b84a00; --long-polling: #a3457e; --sse: #00775a; --wss: #0066a6; --floor: #5b5f66; --other: #7a6a00;
  --layer-payload: #00775a; --layer-framing: #5fae9a; --layer-headers: #d98b00; --layer-tls: #0066a6; --layer-tcpip: #a9b4bf;
  --push: #a9dccd; --even: #e3e7eb; --poll: #f6c9a8;
  font: 16px/1.5 system-ui, sans-serif; background: var(--page); color: var(--text);
}
@media (prefers-color-scheme: dark) { @media screen { :root {
  --page: #0e151b; --surface: #17212a; --text: #e8edf1; --muted: #a5b3bf; --line: #33424e; --bad: #ff9d94;
  --polling: #f0a13c; --long-polling: #e69ac4; --sse: #35c9a0; --wss: #6cc0f5; --floor: #b9bec6; --other: #d8c65a;
  --layer-payload: #35c9a0; --layer-framing: #1d7561; --layer-headers: #f0a13c; --layer-tls: #6cc0f5; --layer-tcpip: #6d7a86;
  --push: #14594a; --even: #33424e; --poll: #7c4413;
} } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1000px; padding: 16px clamp(12px, 3vw, 32px) 48px }
h1 { font-size: 1.7rem; margin: 0 0 .3em } h2 { font-size: 1.4rem; margin: 2.2em 0 .2em } h3 { font-size: 1.1rem; margin: 0 }
p { margin: .3em 0 } a { color: var(--wss) }
nav ul { display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; margin: .6em 0; list-style: none } nav a { display: inline-block; padding: 4px 0 }
.about, .read, .from, figcaption p + p { color: var(--muted) } .from { font-size: .8rem; margin: 6px 0 0 } .invalid { color: var(--bad) } .off { font-weight: 600 }
figure { margin: 16px 0; padding: 14px 16px 10px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; break-inside: avoid }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; margin: 8px 0 4px; list-style: none; font-size: .9rem }
.legend i { display: inline-block; font-style: normal; color: var(--mark) }
.legend i.line { width: 28px; border-top: 3px var(--look) var(--mark); vertical-align: middle; margin-right: 6px }
figure svg { display: block; max-width: 100%; height: auto } .narrow { display: none }
details { margin: 6px 0 } summary { cursor: pointer; padding: 6px 0; color: var(--muted) }
.scroll { overflow-x: auto; margin: 10px 0 } :focus-visible { outline: 3px solid var(--wss); outline-offset: 2px }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding: 2px 0 }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: bottom }
th { font-weight: 600 } th:first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--page) } figure th:first-child { background: var(--surface) } thead th { color: var(--muted) }
.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere }
@media (max-width: 640px) { .wide { display: none } .narrow { display: block } figure { padding: 10px 8px 6px }
  table { width: max-content } th:first-child { white-space: normal; max-width: 9rem } }
@media print {
  :root { font-size: 11px; --page: #fff } body { max-width: none; padding: 0 } nav, .download, details:not([open]) { display: none }
  .wide { display: block } .narrow { display: none } h2, h3 { break-after: avoid } tr { break-inside: avoid }
  .scroll { overflow: visible } table { font-size: 8px } th, td { padding: .1rem .3rem } figure { border-color: #ccc }
}
`
