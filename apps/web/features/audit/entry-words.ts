import type { ShownEntry } from "@tapline/core/audit";
import { formatCount, formatDay, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/entry-words.ts";

export type Names = Readonly<Record<string, string>>;

/** Who acted: people by name where it is known, else by id; others with what they are. */
export function actorText({ kind, id }: ShownEntry["actor"], names: Names): string {
  if (kind === "operator") return names[id] ?? id;
  return `${kind} ${id}`;
}

/** Why, in the actor's words, or that these were erased; "" where the action explains itself. */
export function reasonText({ reason, erased }: ShownEntry): string {
  if (erased?.reason !== undefined) return strings.reasonErasedOnDay({ day: dayOf(erased.reason) });
  return reason ?? "";
}

const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

const yearMs = 300 * 24 * 3_600_000;

/** When, to the second: the day without its weekday, and with its year where that may be another one. */
export function timeText(epochMs: number, zone: TimeZoneChoice, nowEpochMs = serverNow()): string {
  const day = formatDay(epochMs, zone).replace(/^\w+,? /, "");
  const year = Math.abs(nowEpochMs - epochMs) > yearMs ? ` ${new Date(epochMs).getUTCFullYear()}` : "";
  return `${day}${year}, ${formatTime(epochMs, zone)}`;
}

/** Where an entry stands in the log, such as `#12,345`. */
export function placeText(index: AuditRow["index"]): string {
  return index === null ? strings.waiting : `#${formatCount(index)}`;
}

/** A fact's name in running words, such as `not after`, of `notAfter`. */
export function factName(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
}

type Value = string | number | boolean | null;

/** A fact's value; times, which are told in ms since 1970, as times. */
export function factText(key: string, value: Value): string {
  if (value === null) return strings.none;
  if (typeof value === "number" && /EpochMs$/.test(key) && Math.abs(value) < 8.64e15)
    return new Date(value).toISOString();
  if (typeof value === "boolean") return value ? strings.yes : strings.no;
  return String(value);
}

/** What an act changed: each part of it before and after. */
export function changesOf(entry: ShownEntry): { key: string; before: string; after: string }[] {
  const { before, after } = entry.version === 2 ? entry : {};
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const said = (state: typeof before, key: string): string =>
    state === undefined || state[key] === undefined ? strings.notTold : factText(key, state[key]);
  return keys.map((key) => ({ key, before: said(before, key), after: said(after, key) }));
}

/** Where the console shows what was acted on; `null`: nowhere. */
export function linkOf(subject: string): string | null {
  const slash = subject.indexOf("/");
  const [kind, id] = [subject.slice(0, slash), subject.slice(slash + 1)];
  if (kind === "agent") return `/agents?agent=${encodeURIComponent(id)}`;
  if (kind === "alert") return `/alerts?alert=${encodeURIComponent(id)}`;
  return kind === "entry" ? `/audit?entry=${encodeURIComponent(id)}` : null;
}
