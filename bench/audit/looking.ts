import {
  AuditEntries,
  type EntryFilter,
  exportAudit,
  LogRows,
  type RowsFrom,
} from "@tapline/adapters/prisma";
import { messageOf } from "@tapline/core/kernel";
import { compare, quantile, type Row } from "../report.ts";
import type { LargeLog } from "./large-log.ts";

/** As the console's page asks, and as its live log is told. */
const pageSize = 200;
const batchSize = 100;
/** As many as a console exports at once, and one more. */
const mostCounted = 100_001;
const begin = { id: "00000000-0000-0000-0000-000000000000", recordedAtEpochMs: 0 };
const firstAtEpochMs = Date.UTC(2024, 5, 10);

/** A log that is looked at. */
type Looked = {
  readonly large: LargeLog;
  readonly rows: LogRows;
  readonly entries: AuditEntries;
};
type Look = (log: Looked, round: number) => Promise<unknown>;

const newest = { is: "newest" } as const;
const show =
  (filter: EntryFilter, from: RowsFrom = newest): Look =>
  (log) =>
    log.rows.page(filter, pageSize, from);
const person = (round: number): string => `person-${round % 10}`;
/** Places all over the log, each at another spot of its pages. */
const placeIn = ({ size }: LargeLog, round: number): number => 1 + ((round * 7_919_317) % (size - 1));
const timeOf = (place: number): number => firstAtEpochMs + place * 1_000;

/** All that the page of the audit log asks the database for, by the names of their rows. */
const looks: Readonly<Record<string, Look>> = {
  "look-newest": show({}),
  "look-oldest": show({}, { is: "newer", than: begin }),
  "look-older": async ({ large, rows }, round) => {
    const place = placeIn(large, round);
    const { rows: held } = await rows.page({}, 1, { is: "time", epochMs: timeOf(place) });
    return await rows.page({}, pageSize, { is: "older", than: held[0] ?? begin });
  },
  "look-place": ({ large, rows }, round) =>
    rows.page({}, pageSize, { is: "place", index: placeIn(large, round) }),
  "look-time": ({ large, rows }, round) =>
    rows.page({}, pageSize, { is: "time", epochMs: timeOf(placeIn(large, round)) }),
  "look-actor": (log, round) => show({ actorId: person(round) })(log, round),
  "look-actor-usual": show({ actorId: "transfer" }),
  "look-action": show({ action: "key.changed" }),
  "look-action-usual": show({ action: "segment.archived" }),
  "look-kind": show({ action: "key" }),
  "look-subject": ({ rows, large }, round) => {
    const n = 1_000 * Math.floor(placeIn(large, round) / 1_000) + 7;
    return rows.page({ subject: `key/${n}` }, pageSize, newest);
  },
  "look-subject-kind": show({ subject: "key" }),
  "look-span": ({ rows, large }, round) => {
    const at = timeOf(placeIn(large, round));
    return rows.page({ sinceEpochMs: at, untilEpochMs: at + 3_600_000 }, pageSize, newest);
  },
  "look-both": (log, round) => show({ action: "key.changed", actorId: person(round) })(log, round),
  "look-neither": (log, round) => show({ action: "segment", actorId: person(round) })(log, round),
  "look-text-usual": show({ text: "Segment.Archived" }),
  "look-text-rare": ({ rows, large }, round) => {
    const n = 1_000 * Math.floor(placeIn(large, round) / 1_000) + 7;
    return rows.page({ text: `key/${n}"` }, pageSize, newest);
  },
  "look-tail": ({ entries, large: { size } }) =>
    entries.firstPlaced({}, { start: size - batchSize, end: size }, batchSize),
  "look-tail-filter": ({ entries, large: { size } }) =>
    entries.firstPlaced({ action: "key" }, { start: size - 10_000, end: size }, batchSize),
  "look-placed": ({ entries }) => entries.placed(),
  "look-growth": ({ large: { log, size } }, round) => log.consistency(1 + (round % 5_000), size),
  "look-proof": async ({ rows, large }, round) => {
    const { rows: held } = await rows.page({}, 1, { is: "place", index: placeIn(large, round) });
    return await large.log.prove(held[0]?.id ?? "");
  },
  "look-count": ({ rows }) => rows.count({}, null, mostCounted),
  "look-count-rare": ({ rows }, round) => rows.count({ actorId: person(round) }, null, mostCounted),
  "look-count-usual": ({ rows }) => rows.count({ action: "segment.archived" }, null, mostCounted),
  "look-export": (log) => firstByte(log, { start: 0, end: log.large.size }, {}),
  "look-export-rare": (log, round) =>
    firstByte(log, { start: 0, end: log.large.size }, { actorId: person(round) }),
};

export const lookRows = Object.keys(looks);

/** Until the first entry of an export is there; the rest is not waited for. */
async function firstByte(
  { entries, large: { log } }: Looked,
  range: { start: number; end: number },
  filter: EntryFilter,
): Promise<void> {
  const enough = new Error("the first entries are there");
  const give = async (): Promise<void> => undefined;
  await exportAudit(
    { form: "ndjson", filter, range },
    { entries, log, onProgress: () => undefined },
    {
      data: async () => {
        throw enough;
      },
      proof: give,
      erasures: give,
    },
  ).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
}

/** What each look at a large log takes beside the same look at a small one, in turn. */
export async function lookAtBoth(
  [large, small]: readonly [LargeLog, LargeLog],
  rounds: number,
  wants: (row: string) => boolean,
  faults: string[],
): Promise<Row[]> {
  const both = [large, small].map((one) => ({
    ...{ large: one, rows: new LogRows(one.prisma), entries: new AuditEntries(one.prisma) },
  }));
  const rows: Row[] = [];
  for (const [row, look] of Object.entries(looks).filter(([name]) => wants(name))) {
    const tookMs: number[][] = [[], []];
    for (let round = 0; round < rounds; round++)
      for (const [at, log] of both.entries())
        tookMs[at]?.push(await timed(() => look(log, round), row, faults));
    const [ours = [], baseline = []] = tookMs;
    const note = `${large.size} entries, baseline ${small.size}; slowest of ${rounds}: ${Math.round(quantile(ours, 1))} ms`;
    rows.push(compare(row, "ms", ours, baseline, { aim: "≤ 3", note }));
  }
  return rows;
}

async function timed(look: () => Promise<unknown>, row: string, faults: string[]): Promise<number> {
  const startedAt = performance.now();
  await look().catch((error: unknown) => faults.push(`${row}: ${messageOf(error)}`));
  return performance.now() - startedAt;
}
