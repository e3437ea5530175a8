import { dateLocale, language } from "../strings/locale.ts";

/** Times of `timeTag` as whoever reads them reads times: by their browser's zone. All that ever runs in such a page. */
const showLocalTimes = `
const form = new Intl.DateTimeFormat("${dateLocale}", { weekday: "short", day: "numeric", month: "short",
  hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
for (const one of document.querySelectorAll("time")) one.textContent = form.format(new Date(one.dateTime));
`;

const utc = new Intl.DateTimeFormat(dateLocale, {
  ...{ weekday: "short", day: "numeric", month: "short" },
  ...{ hour: "2-digit", minute: "2-digit", timeZone: "UTC", timeZoneName: "short" },
});

/** A page that stands alone, nothing from elsewhere; the colours are those of theme/tokens.css. `body` and `head` are HTML. */
export function barePage(
  nonce: string,
  { title, body, head = "" }: { title: string; body: string; head?: string },
): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}<title>${escapeHtml(title)} · Tapline</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; --page: light-dark(#f2f4f5, #0e1114); --surface: light-dark(#ffffff, #161a1e);
  --line: light-dark(#dde2e6, #2a3137); --ink: light-dark(#15191d, #e9edf0); --soft: light-dark(#434b53, #b4bdc5);
  --action: light-dark(#1d2329, #e9edf0); --on-action: light-dark(#ffffff, #14181c); --focus: light-dark(#0b5cad, #7cb8ff); }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif;
  background: var(--page); color: var(--ink); }
main { box-sizing: border-box; width: min(34rem, 100vw - 2rem); margin: 1rem; padding: 1.5rem; background: var(--surface);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; }
p { margin: .5rem 0; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1rem; margin: .75rem 0; }
dt, .soft { color: var(--soft); }
dd { margin: 0; }
button { font: inherit; font-weight: 600; width: 100%; padding: .75rem 1rem; margin-top: .75rem; border: 0; border-radius: .5rem;
  background: var(--action); color: var(--on-action); cursor: pointer; }
button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
</style>
</head>
<body><main>
${body}
</main>
<script nonce="${nonce}">${showLocalTimes}</script></body>
</html>
`;
}

/** A time as HTML: in the reader's own zone, where nothing runs in UTC; either way with the zone's name. */
export function timeTag(epochMs: number): string {
  return `<time datetime="${new Date(epochMs).toISOString()}">${utc.format(epochMs)}</time>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
