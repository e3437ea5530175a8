import type { ShownEntry } from "@tapline/core/audit";
import { type Actor, printableLine } from "@tapline/core/kernel";
import { type Names, personText } from "./person.ts";

/** An entry of the audit log on one line of a terminal. Names and reasons are what somebody wrote. */
export function entryLine(entry: ShownEntry, names: Names): string {
  const { id, atEpochMs, actor, action, subject } = entry;
  const at = new Date(atEpochMs).toISOString();
  return printableLine([at, actorText(actor, names), action, subject, ...whyOf(entry), id].join("  "));
}

/** Who acted, people by name where the console knows them. */
export function actorText({ kind, id }: Actor, names: Names): string {
  return `${kind} ${kind === "operator" ? personText(id, names) : id}`;
}

/** The ids of people among those who acted. */
export function peopleIn(actors: readonly Actor[]): string[] {
  return actors.flatMap(({ kind, id }) => (kind === "operator" ? [id] : []));
}

function whyOf({ reason, erased }: ShownEntry): string[] {
  const erasedAt = erased?.reason;
  if (erasedAt !== undefined) return [`(reason erased on ${new Date(erasedAt).toISOString().slice(0, 10)})`];
  return reason === null ? [] : [`“${reason}”`];
}
