import { severities } from "@tapline/core/alerts";
import { daysLeft, type Ending } from "@tapline/core/encryption";
import { restoreFreshness } from "@tapline/core/kpi";
import { bytesText } from "../bytes-text.ts";
import { count } from "../count.ts";
import { spanText } from "../span-text.ts";
import type { Attention } from "./attention.ts";
import { fleetText } from "./fleet-text.ts";
import { clock, reachableText } from "./reachable-text.ts";
import { roleRows } from "./role-rows.ts";
import type {
  AuditStanding,
  BufferFill,
  LogCopy,
  OpenAlerts,
  Reachable,
  Reconciliation,
  Standing,
  Told,
} from "./standing.ts";

/** One screen for people. */
export function standingText(standing: Standing, attention: readonly Attention[]): string {
  const { atEpochMs: now } = standing;
  const ago = (epochMs: number): string => `${spanText(Math.max(0, now - epochMs))} ago`;
  const rows: [string, string][] = [
    [
      "stack",
      say(standing.stack, (stack) =>
        stack === null
          ? "no npm start runs on this data folder"
          : `runs, process ${stack.pid}, since ${clock(stack.sinceEpochMs)}: ${stack.doing}`,
      ),
    ],
    ...standing.stores.map((store): [string, string] => [store.name, reachableText(store, now)]),
    ...archiveRows(standing.archives, now),
    ...processRows(standing.processes),
    ["agents", say(standing.agents, (fleet) => fleetText(fleet, now))],
    ["open alerts", say(standing.alerts, (alerts) => alertsText(alerts, now))],
    ["buffer", say(standing.buffer, (fill) => bufferText(fill, now))],
    ["quarantine", say(standing.quarantined, (taps) => count(taps, "tap"))],
    [
      "last archived",
      say(standing.newest, (newest) =>
        newest === null
          ? "nothing yet"
          : `${ago(newest.archivedAtEpochMs)}, ${count(newest.taps, "tap")}, segment ${newest.id}`,
      ),
    ],
    [
      "last proven restore",
      say(
        standing.restore,
        (restore) =>
          `${restore.provenAtEpochMs === null ? "never" : ago(restore.provenAtEpochMs)} (${restoreFreshness(restore, now)})`,
      ),
    ],
    ["reconciliation", say(standing.reconciliation, (found) => reconciliationText(found, now))],
    [
      "ends first",
      say(standing.endings, ({ endings: [first] }) =>
        first === undefined
          ? "nothing is known to end"
          : `${first.what} ${first.subject}: ${count(daysLeft(first, now), "day")} left`,
      ),
    ],
    ["days left", say(standing.endings, ({ endings }) => daysText(endings, now))],
    ["audit log", say(standing.audit, (audit) => (audit === null ? "none yet" : auditText(audit, now)))],
    ["its copies", say(standing.logCopies, copiesText)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const head =
    attention.length === 0
      ? `well${critical(standing)}`
      : `needs attention: ${count(attention.length, "thing")}`;
  return [
    `${clock(now)} UTC  ${head}`,
    ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
    ...attention.flatMap(({ what, next }) => [`! ${what}`, `    ${next}`]),
  ].join("\n");
}

function say<Value>(part: Told<Value>, text: (value: Value) => string): string {
  return part.is === "known" ? text(part.value) : `unknown: ${part.why}`;
}

function archiveRows(archives: Told<readonly Reachable[]>, now: number): [string, string][] {
  if (archives.is === "unknown") return [["archives", `unknown: ${archives.why}`]];
  return archives.value.map((one) => [`archive ${one.name}`, reachableText(one, now)]);
}

function processRows(processes: Standing["processes"]): [string, string][] {
  if (processes.is === "unknown") return [["roles", `unknown: ${processes.why}`]];
  return roleRows(processes.value).map(([role, text]) => [`role ${role}`, text]);
}

/** Of what ends, each kind once, by the first of it. */
function daysText(endings: readonly Ending[], now: number): string {
  const first = new Map<string, number>();
  for (const ending of endings) if (!first.has(ending.what)) first.set(ending.what, daysLeft(ending, now));
  return [...first].map(([what, days]) => `${what} ${days}`).join(", ") || "nothing is known to end";
}

/** Nobody who reads the first line alone is to think that all is. */
function critical({ alerts }: Standing): string {
  const open = alerts.is === "known" ? alerts.value.open.critical : 0;
  return open === 0
    ? ""
    : `, but for ${count(open, "critical alert")} that ${open === 1 ? "is" : "are"} open`;
}

function alertsText({ open, unacknowledged, heldBack, oldestAtEpochMs }: OpenAlerts, now: number): string {
  const split = severities.filter((severity) => open[severity] > 0).map((one) => `${open[one]} ${one}`);
  const held = heldBack === 0 ? [] : [`${heldBack} held back`];
  if (split.length === 0 || oldestAtEpochMs === null) return ["none", ...held].join("; ");
  return [
    `${split.join(", ")}; ${unacknowledged} unacknowledged`,
    ...held,
    `the oldest for ${spanText(Math.max(0, now - oldestAtEpochMs))}`,
    "the console's page /alerts, or tapline alerts ls, says what to do",
  ].join("; ");
}

function bufferText(fill: BufferFill, now: number): string {
  const { isOpen, taps, bytes, ceilingBytes, doors, oldestAtEpochMs } = fill;
  const age =
    oldestAtEpochMs === null ? "" : `, the oldest for ${spanText(Math.max(0, now - oldestAtEpochMs))}`;
  const ceiling = ceilingBytes === null ? "an unknown ceiling" : bytesText(ceilingBytes);
  return `${isOpen ? "" : "NOT OPEN, "}${count(taps, "tap")} waiting${age}; ${bytesText(bytes)} of ${ceiling}; ${count(doors, "door")}`;
}

function reconciliationText({ lastEpochMs, waiting, openGaps }: Reconciliation, now: number): string {
  const last =
    lastEpochMs === null
      ? "never compared yet"
      : `last begun ${spanText(Math.max(0, now - lastEpochMs))} ago`;
  const tasks = waiting.reduce((sum, one) => sum + one.tasks, 0);
  return `${last}; ${count(tasks, "copy or move", "copies or moves")} waiting, ${count(openGaps, "open gap")}`;
}

function copiesText(copies: readonly LogCopy[]): string {
  const text = ({ name, size, why }: LogCopy): string =>
    `archive ${name} ${size === null ? `unknown: ${why}` : count(size, "entry", "entries")}`;
  return copies.map(text).join("; ") || "none yet";
}

function auditText({ name, size, waiting, signed, cosigned }: AuditStanding, now: number): string {
  const age = (of: { readonly atEpochMs: number }): string =>
    `${spanText(Math.max(0, now - of.atEpochMs))} ago`;
  return [
    `${name}, ${count(size, "entry", "entries")}, ${waiting} waiting`,
    signed === null ? "no checkpoint yet" : `signed ${age(signed)}`,
    cosigned === null
      ? "cosigned by no witness"
      : `cosigned up to ${count(cosigned.size, "entry", "entries")}, ${age(cosigned)}`,
  ].join("; ");
}
