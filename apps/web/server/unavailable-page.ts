import * as strings from "../strings/generated/server/unavailable-page.ts";
import { barePage, escapeHtml } from "./bare-page.ts";

/** The page for when nobody's session can be checked. Stands alone: no scripts, tries again by itself. */
export function unavailablePage(nonce: string, what: string, remedy: string): string {
  return barePage(nonce, {
    title: strings.notAvailable,
    head: '<meta http-equiv="refresh" content="5">\n',
    body: `<h1>${escapeHtml(strings.theConsoleIsNotAvailable)}</h1>
<p>${escapeHtml(what)}.</p>
<p>${escapeHtml(strings.whatToDo({ remedy }))}</p>
<p>${escapeHtml(strings.triesAgain)}</p>`,
  });
}
