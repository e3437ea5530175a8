import type { IncomingMessage, ServerResponse } from "node:http";
import type { AlertDesk } from "@tapline/adapters/prisma";
import {
  type Alert,
  type AlertState,
  type LinkClaim,
  readLinkToken,
  type Severity,
} from "@tapline/core/alerts";
import { type ErrorCode, TaplineError } from "@tapline/core/kernel";
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
      show(200, "Acknowledged", `<h1>Acknowledged</h1>${summaryOf(alert)}`);
    } else if (method === "GET" || method === "HEAD") {
      const alert = await fromPostgres(parts.desk.find(claim.alertId));
      show(200, "Acknowledge", questionOf(alert));
    } else show(405, "Not so", "<h1>A link is opened, and its page answered</h1>");
  } catch (error) {
    if (!(error instanceof TaplineError)) throw error;
    const remedy = error.remedy === undefined ? "" : `<p>What to do: ${escapeHtml(error.remedy)}.</p>`;
    show(
      statuses[error.code] ?? 500,
      "Not acknowledged",
      `<h1>Nothing was acknowledged</h1><p>${escapeHtml(sentence(error.message))}</p>${remedy}`,
    );
  }
}

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

async function acknowledge({ desk, clock }: LinkParts, { alertId, rev, channel }: LinkClaim): Promise<Alert> {
  const actor = { kind: "operator" as const, id: `link/${channel}` };
  const context = { atEpochMs: clock(), actor, seenRev: rev };
  return await fromPostgres(desk.act(alertId, { kind: "acknowledge", note: null }, context));
}

function questionOf(alert: Alert): string {
  if (!alert.unacknowledged) return `<h1>There is nothing to acknowledge any more</h1>${summaryOf(alert)}`;
  return `<h1>Acknowledge this alert?</h1>${summaryOf(alert)}
<p class="soft">It says that you have seen it and see to it: nobody else is called.</p>
<form method="post"><button type="submit">Acknowledge</button></form>`;
}

/** Shape and word, as the console has them. */
const severityWords: Record<Severity, string> = {
  critical: "◆ Critical",
  warning: "▲ Warning",
  info: "● Info",
};

const stateWords: Record<AlertState, string> = {
  "active-unacknowledged": "active, not acknowledged",
  "returned-unacknowledged": "over, not acknowledged",
  acknowledged: "active, acknowledged",
  ...{ shelved: "shelved", suppressed: "suppressed by design", "out-of-service": "out of service" },
  normal: "closed",
};

function summaryOf({ severity, message, state, raisedAtEpochMs }: Alert): string {
  return `<p>${severityWords[severity]} · ${escapeHtml(message)}</p>
<dl><dt>Raised</dt><dd>${timeTag(raisedAtEpochMs)}</dd><dt>Now</dt><dd>${stateWords[state]}</dd></dl>`;
}
