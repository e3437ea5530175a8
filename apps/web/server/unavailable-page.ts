import { barePage, escapeHtml } from "./bare-page.ts";

/** The page for when nobody's session can be checked. Stands alone: no scripts, tries again by itself. */
export function unavailablePage(nonce: string, what: string, remedy: string): string {
  return barePage(nonce, {
    title: "Not available",
    head: '<meta http-equiv="refresh" content="5">\n',
    body: `<h1>The console is not available</h1>
<p>${escapeHtml(what)}.</p>
<p>What to do: ${escapeHtml(remedy)}.</p>
<p>This page tries again every five seconds. Taps are not lost: agents keep them until they are archived.</p>`,
  });
}
