import type { QuarantinedRow } from "@tapline/adapters/prisma";
import { columns } from "./columns.ts";
import { withQuarantine } from "./quarantine-command.ts";

interface ListOptions {
  readonly reason?: string;
  readonly agent?: string;
  readonly since?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export async function list({ reason, agent, since, limit, json }: ListOptions): Promise<void> {
  const filter = {
    ...(reason === undefined ? {} : { reason }),
    ...(agent === undefined ? {} : { agent }),
    ...(since === undefined ? {} : { sinceEpochMs: dayStart(since) }),
  };
  const rows = await withQuarantine(({ desk }) => desk.list(filter, limit));
  const text =
    rows.length === 0 ? "no such tap lies in quarantine" : columns([heading, ...rows.map(cellsOf)]);
  process.stdout.write(`${json === true ? JSON.stringify(rows.map(metadataOf)) : text}\n`);
}

const dayStart = (day: string): number => Date.parse(`${day}T00:00:00Z`);

const heading = ["refused", "agent", "epoch", "number", "reason", "rules", "since then"];

function cellsOf(row: QuarantinedRow): string[] {
  const at = new Date(row.quarantinedAtEpochMs).toISOString();
  return [
    at,
    row.agent,
    String(row.epoch),
    String(row.seq),
    row.reason,
    `release ${row.rulesVersion}`,
    stateOf(row),
  ];
}

function stateOf({ replays, outcome, outcomeSegment }: QuarantinedRow): string {
  if (outcome === "archived") return `archived in ${outcomeSegment}`;
  if (outcome === "duplicate") return `the archive has it in ${outcomeSegment}`;
  if (outcome === "refused") return "refused again";
  return replays === 0 ? "" : "replayed, under way";
}

/** All that is known of a tap but its content. */
export function metadataOf({ sealedPayload, digest, ...row }: QuarantinedRow) {
  return { ...row, digest: digest.toString("hex"), sealedBytes: sealedPayload.length };
}
