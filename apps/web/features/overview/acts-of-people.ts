import type { ShownEntry } from "@tapline/core/audit";
import type { AuditRow } from "../../contracts/audit.ts";

export interface Act {
  id: string;
  entry: ShownEntry;
}

const mostShown = 5;

/** What people did, the last first, among entries that stand newest first: jobs, agents and rules write most of the log. */
export function lastActs(rows: readonly AuditRow[]): Act[] {
  return rows
    .flatMap(({ id, entry }) => (entry?.actor.kind === "operator" ? [{ id, entry }] : []))
    .slice(0, mostShown);
}
