import type { PauseReason, ReaderCondition } from "@tapline/core/tap";
import { pcscItself } from "../readers/pcsc/index.ts";
import type { ReaderView, Status, Trouble } from "./schema.ts";

/** What troubles are worked out from, beside the status itself. */
export type TroubleSources = {
  /** Why the server does not serve as it should; null where it does. */
  link: { text: string; remedy: string } | null;
  /** What stands in the way of a new certificate. */
  identity: { text: string; remedy: string } | null;
  troubledReaders: readonly ReaderView[];
  /** Where another version is wanted than runs: what is done about it. */
  version: { text: string; remedy: string } | null;
  /** Where the local API could not be opened. */
  api: Trouble | null;
};

const soonMs = 3 * 24 * 3_600_000;
const skewLimitMs = 5 * 60_000;
/** The archive takes a tap within seconds where all is well, and within minutes after a fault. */
const waitLimitMs = 10 * 60_000;

const pauseTroubles: Readonly<Record<PauseReason, { text: string; remedy: string }>> = {
  "outbox-full": {
    text: "reading pauses: the outbox is at its bound of bytes; nothing was dropped",
    remedy: "see why taps do not leave (link, server, archive), or raise outboxMaxBytes",
  },
  "outbox-old": {
    text: "reading pauses: a tap waits for longer than the outbox's bound of age; nothing was dropped",
    remedy: "see why taps do not leave (link, server, archive), or raise outboxMaxAgeMs",
  },
  "disk-full": {
    text: "reading pauses: the outbox's disk is full; nothing was dropped",
    remedy: "make room on the disk; reading goes on by itself",
  },
};

const readerRemedies = {
  collision: "take away all tags but one",
  stalled: "take the tag away; if that does not help, unplug the reader and plug it in again",
  busy: "end the other program that uses the reader (for ACR122U: blacklist the kernel modules pn533 and pn533_usb)",
  failed: "see that pcscd runs and the reader is plugged in; pcsc_scan shows what PC/SC sees",
} satisfies Partial<Record<ReaderCondition, string>>;

/** What somebody should look at, worst first. Pure: the status says how things stand. */
export function troublesOf(status: Omit<Status, "troubles">, sources: TroubleSources): Trouble[] {
  const troubles: Trouble[] = [];
  const add = (code: string, text: string, remedy: string) => troubles.push({ code, text, remedy });
  if (status.paused !== null) troubles.push({ code: "paused", ...pauseTroubles[status.paused] });
  if (sources.link !== null) troubles.push({ code: "link", ...sources.link });
  else if (status.paused === null && status.outbox.oldestAgeMs > waitLimitMs)
    add(
      "waiting",
      `the server answers, and a tap waits for its receipt for ${Math.floor(status.outbox.oldestAgeMs / 60_000)} min`,
      "nothing is to be done here, taps are safe on this disk: the server's operator sees why nothing is archived (docs/operations.md, Runbook)",
    );
  for (const { reader, condition, detail } of sources.troubledReaders) {
    if (reader === pcscItself) {
      add("pcsc", `PC/SC: ${detail}`, readerRemedies.failed);
      continue;
    }
    const why = detail === "" ? "" : `: ${detail}`;
    add("reader", `reader ${reader} is ${condition}${why}`, remedyOf(condition));
  }
  const present = Object.entries(status.readers).filter(([condition]) => condition !== "gone");
  if (present.every(([, readers]) => readers === 0))
    add(
      "no-reader",
      "no reader is there",
      "plug a reader in, and see that pcscd runs (systemctl status pcscd)",
    );
  if (sources.identity !== null) troubles.push({ code: "certificate", ...sources.identity });
  else addCertificate(status, add);
  const { clockSkewMs } = status.link;
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > skewLimitMs)
    add(
      "clock",
      `this PC's clock is ${Math.round(Math.abs(clockSkewMs) / 1000)} s ${clockSkewMs > 0 ? "behind" : "ahead of"} the server's`,
      "set the clock (timedatectl set-ntp true): taps are refused where it is off by a day",
    );
  const { refused, revision } = status.settings;
  if (refused !== null)
    add(
      "settings",
      `settings of the server were refused, revision ${revision} holds: ${refused}`,
      "correct them at the server",
    );
  if (sources.version !== null) troubles.push({ code: "version", ...sources.version });
  if (sources.api !== null) troubles.push(sources.api);
  return troubles;
}

function remedyOf(condition: ReaderCondition): string {
  return condition in readerRemedies
    ? readerRemedies[condition as keyof typeof readerRemedies]
    : "look at the reader";
}

function addCertificate(
  status: Omit<Status, "troubles">,
  add: (code: string, text: string, remedy: string) => void,
): void {
  const ends = status.certificateEndsAtEpochMs;
  if (ends === null) return;
  const at = new Date(ends).toISOString();
  const remedy = "it renews itself while the server answers; else enrol anew: tapline-agent enrol";
  if (ends <= status.atEpochMs) add("certificate", `this PC's certificate ended at ${at}`, remedy);
  else if (ends - status.atEpochMs < soonMs)
    add("certificate", `this PC's certificate ends at ${at}`, remedy);
}
