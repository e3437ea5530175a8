import { printable } from "@tapline/core/kernel";
import type { Status } from "../status/index.ts";
import type { Overview } from "./overview.ts";
import { ageText, bytesText, counted, tableText } from "./words.ts";

/** The overview for people: first what most want to know. */
export function statusText(overview: Overview): string {
  const { status, troubles } = overview;
  const lines = [`Safe to switch this PC off?  ${safeText(overview)}`, ""];
  lines.push(tableText(status === null ? [["outbox", overview.outbox.dir]] : factsOf(status)));
  for (const { text, remedy } of troubles) lines.push(printable(`! ${text}\n  -> ${remedy}`));
  if (troubles.length === 0) lines.push("No troubles.");
  return `${lines.join("\n")}\n`;
}

function safeText({ safeToSwitchOff, outbox }: Overview): string {
  if (safeToSwitchOff) return "Yes: no tap waits here.";
  if (outbox.taps === 0) return "No: the outbox does not read.";
  const { taps, oldestAgeMs } = outbox;
  const wait = taps === 1 ? "waits" : "wait";
  return (
    `No: ${counted(taps, "tap")} ${wait} for a receipt, the oldest for ${ageText(oldestAgeMs)}.\n` +
    "They stay on this PC's disk; switched off, they are delivered when it runs again."
  );
}

function factsOf(status: Status): string[][] {
  const { outbox, totals, link, settings } = status;
  const bound = outbox.maxAgeMs === null ? "" : `, none older than ${ageText(outbox.maxAgeMs)}`;
  const readers = Object.entries(status.readers).filter(([, count]) => count > 0);
  const ends = status.certificateEndsAtEpochMs;
  return [
    [
      "agent",
      `${status.agent ?? "unknown"}, version ${status.version}, ${status.platform}, process ${status.pid}`,
    ],
    ["running for", ageText(status.atEpochMs - status.startedAtEpochMs)],
    ["link", `${link.up ? (link.name ?? "up") : "down"}, ${link.server}${clockText(link.clockSkewMs)}`],
    ["reading", status.paused === null ? "yes" : `pauses: ${status.paused}`],
    ["readers", readers.map(([condition, count]) => `${count} ${condition}`).join(", ") || "none"],
    [
      "outbox",
      `${counted(outbox.taps, "tap")}, ${bytesText(outbox.bytes)} of ${bytesText(outbox.maxBytes)}${bound}`,
    ],
    ["taps leave", `at "${outbox.releaseAt}"`],
    [
      "taps",
      `${totals.taps} read, ${totals.archived} archived, ${totals.duplicates} duplicates, ${totals.rejected} rejected`,
    ],
    [
      "settings",
      settings.revision === 0 ? "none from the server" : `revision ${settings.revision} of the server`,
    ],
    ["certificate", ends === null ? "unknown" : `ends ${new Date(ends).toISOString()}`],
  ];
}

function clockText(skewMs: number | null): string {
  if (skewMs === null) return "";
  return `, clock ${Math.round(Math.abs(skewMs))} ms ${skewMs >= 0 ? "behind" : "ahead of"} the server's`;
}
