import { sha256Hex } from "../../kernel/index.ts";
import { type AlertNotice, factsOf, headlineOf } from "./notice.ts";
import { giveUpAfterMs } from "./retry.ts";

/** UTF-16 units: 3 bytes of UTF-8 each at most, and a headline beside it, are below `maxPushText`. */
const maxBody = 1_000;
/** Long enough for a browser that is on its way from one network to another. */
const shortestLifeMs = 60_000;

const urgencies = { critical: "high", warning: "normal", info: "low" } as const;

/** What a browser is told: JSON for the console's service worker, a little more than a notification shows. */
export function pushForm(notice: AlertNotice): string {
  const { kind, severity, alertId } = notice;
  const body = factsOf(notice)
    .filter(([word]) => word !== "runbook")
    .map(([word, said]) => `${word}: ${said}`)
    .join("\n")
    .replace(/[^\P{C}\n]/gu, " ");
  return JSON.stringify({
    ...{ kind, severity, alertId, title: headlineOf(notice) },
    body: body.length <= maxBody ? body : `${body.slice(0, maxBody - 1).toWellFormed()}…`,
  });
}

/**
 * What a push service is told of a message (RFC 8030 §5): until when it may keep it, how it ranks, and which one that it still keeps it replaces,
 * by a name that says neither alert nor person, and is another one for each browser.
 */
export function pushHeaders(
  { alertId, severity, atEpochMs }: AlertNotice,
  recipient: string,
  nowEpochMs: number,
): Readonly<Record<"TTL" | "Urgency" | "Topic", string>> {
  const leftMs = Math.max(giveUpAfterMs - (nowEpochMs - atEpochMs), shortestLifeMs);
  return {
    TTL: String(Math.floor(leftMs / 1_000)),
    Urgency: urgencies[severity],
    Topic: sha256Hex(Buffer.from(JSON.stringify([alertId, recipient]))).slice(0, 32),
  };
}
