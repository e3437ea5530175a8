import type { ShownEntry } from "@tapline/core/audit";
import { printableLine } from "@tapline/core/kernel";

/** An entry of the audit log on one line of a terminal. Names and reasons are what somebody wrote. */
export function entryLine(entry: ShownEntry): string {
  const { id, atEpochMs, actor, action, subject } = entry;
  const at = new Date(atEpochMs).toISOString();
  return printableLine([at, `${actor.kind} ${actor.id}`, action, subject, ...whyOf(entry), id].join("  "));
}

function whyOf({ reason, erased }: ShownEntry): string[] {
  const erasedAt = erased?.reason;
  if (erasedAt !== undefined) return [`(reason erased on ${new Date(erasedAt).toISOString().slice(0, 10)})`];
  return reason === null ? [] : [`“${reason}”`];
}
