import type { IncomingMessage, ServerResponse } from "node:http";
import type { AlertDesk } from "@tapline/adapters/prisma/alerts";
import {
  type Alert,
  type AlertState,
  type LinkClaim,
  readLinkToken,
  type Severity,
} from "@tapline/core/alerts";
import { type ErrorCode, TaplineError } from "@tapline/core/kernel";
import * as strings from "../../strings/generated/server/alerts/acknowledge-link.ts";
import { barePage, escapeHtml, timeTag } from "../bare-page.ts";
import { fromPostgres } from "../from-stores.ts";

export interface LinkParts {
  desk: Pick<AlertDesk, "find" | "act">;
  /** `undefined`: no links are given out here. */
  key: string | undefined;
  clock: () => number;
}

/** Where links in messages lead. What is behind it is the token. */
export const linkPath = "/acknowledge/";

const statuses: Partial<Record<ErrorCode, number>> = {
  ...{ unauthenticated: 403, "not-found": 404, conflict: 409, unavailable: 503 },
};

/**
 * Acknowledges an alert for whoever has a link from a message, without signing in. Opening the link changes nothing: programs that look
 * into mails open links. The page that it shows asks, and its answer acknowledges.
 */
export async function acknowledgeByLink(
  parts: LinkParts,
  request: Pick<IncomingMessage, "method" | "url">,
  response: ServerResponse,
  nonce: string,
): Promise<void> {
  // The token is in the address: it leads nowhere else.
  response.setHeader("Referrer-Policy", "no-referrer");
  const show = (status: number, title: string, body: string): void => {
    response.writeHead(status, { "Content-Type": "text/html; charset=utf-8" });
    response.end(barePage(nonce, { title, body }));
  };
  try {
    if (parts.key === undefined)
      throw new TaplineError("not-found", "this console gives out no links that acknowledge", {
        remedy: "sign in and acknowledge there",
      });
    const token = (request.url ?? "").slice(linkPath.length);
    const claim = readLinkToken(Buffer.from(parts.key), token, parts.clock());
    const { method } = request;
    if (method === "POST") {
      const alert = await acknowledge(parts, claim);
      show(200, strings.acknowledged, `${heading(strings.acknowledged)}${summaryOf(alert)}`);
    } else if (method === "GET" || method === "HEAD") {
      const alert = await fromPostgres(parts.desk.find(claim.alertId));
      show(200, strings.acknowledge, questionOf(alert));
    } else show(405, strings.notSo, heading(strings.aLinkIsOpened));
  } catch (error) {
    if (!(error instanceof TaplineError)) throw error;
    const { remedy } = error;
    const advice = remedy === undefined ? "" : `<p>${escapeHtml(strings.whatToDo({ remedy }))}</p>`;
    show(
      statuses[error.code] ?? 500,
      strings.notAcknowledged,
      `${heading(strings.nothingWasAcknowledged)}<p>${escapeHtml(sentence(error.message))}</p>${advice}`,
    );
  }
}

const heading = (text: string): string => `<h1>${escapeHtml(text)}</h1>`;

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

async function acknowledge({ desk, clock }: LinkParts, { alertId, rev, channel }: LinkClaim): Promise<Alert> {
  const actor = { kind: "operator" as const, id: `link/${channel}` };
  const context = { atEpochMs: clock(), actor, seenRev: rev };
  return await fromPostgres(desk.act(alertId, { kind: "acknowledge", note: null }, context));
}

function questionOf(alert: Alert): string {
  if (!alert.unacknowledged) return `${heading(strings.nothingToAcknowledge)}${summaryOf(alert)}`;
  return `${heading(strings.acknowledgeThisAlert)}${summaryOf(alert)}
<p class="soft">${escapeHtml(strings.itSaysThatYouSee)}</p>
<form method="post"><button type="submit">${escapeHtml(strings.acknowledge)}</button></form>`;
}

/** Shape and word, as the console has them. */
const severityWords: Record<Severity, string> = {
  critical: `◆ ${strings.critical}`,
  warning: `▲ ${strings.warning}`,
  info: `● ${strings.info}`,
};

const stateWords: Record<AlertState, string> = {
  "active-unacknowledged": strings.activeNotAcknowledged,
  "returned-unacknowledged": strings.overNotAcknowledged,
  acknowledged: strings.activeAcknowledged,
  shelved: strings.shelved,
  suppressed: strings.suppressed,
  "out-of-service": strings.outOfService,
  normal: strings.closed,
};

function summaryOf({ severity, message, state, raisedAtEpochMs }: Alert): string {
  return `<p>${escapeHtml(severityWords[severity])} · ${escapeHtml(message)}</p>
<dl><dt>${escapeHtml(strings.raised)}</dt><dd>${timeTag(raisedAtEpochMs)}</dd>
<dt>${escapeHtml(strings.now)}</dt><dd>${escapeHtml(stateWords[state])}</dd></dl>`;
}
