import { AuditEntries, type EntryFilter } from "@tapline/adapters/prisma";
import { makeLogKey, openLogSigner, walkLog } from "@tapline/core/audit";
import { sha256 } from "@tapline/core/kernel";
import type { BenchOptions } from "../bench.ts";
import { compare, figure, type Outcome, quantile, type Row } from "../report.ts";
import { appendsPerSecond } from "./append.ts";
import { type LargeLog, withLargeLog } from "./large-log.ts";
import { lookAtBoth, lookRows } from "./looking.ts";
import { makeSegment, measureProof } from "./proof.ts";

/** As a log is after some days. */
const smallEntries = 10_000;

/** What the audit log costs to write, to prove from, to verify and to read, when it is large. */
export async function auditBench({ quick, wants, say }: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  const signer = openLogSigner(makeLogKey(), "tapline.bench/log");
  const rounds = quick ? 1 : 3;
  if (wants("append-vs-insert")) {
    const [ours, plain]: [number[], number[]] = [[], []];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round}: entries that are appended, and plain inserts`);
      const measured = await appendsPerSecond(50_000, signer);
      ours.push(measured.ours);
      plain.push(measured.plain);
    }
    const note =
      "until each is in a signed checkpoint; baseline: INSERTs of 500 rows into the same columns and indexes";
    rows.push(compare("append-vs-insert", "entries/s", ours, plain, { aim: "≥ 0.6", note }));
  }
  if (!wants("proof-bytes", "verify-ms", "full-verify-vs-sha256", "query-p99", ...lookRows))
    return { rows, faults };
  const entries = quick ? 1_000_000 : 10_000_000;
  say(`a log of ${entries} entries is filled in`);
  const segment = await makeSegment();
  await withLargeLog(entries, signer, segment.recordIt, async (large) => {
    say("pages, proofs and a walk");
    if (wants(...lookRows))
      await withLargeLog(smallEntries, signer, segment.recordIt, async (small) => {
        say(`what the page asks, of ${entries} and of ${smallEntries} entries`);
        rows.push(...(await lookAtBoth([large, small], quick ? 5 : 20, wants, faults)));
      });
    if (wants("query-p99")) rows.push(await pages(large, quick ? 100 : 400));
    if (wants("full-verify-vs-sha256"))
      rows.push(await fullVerify(large, quick ? 300_000 : 500_000, rounds, faults));
    if (wants("proof-bytes", "verify-ms")) {
      const { bytes, ms } = await measureProof(segment, large, signer, quick ? 20 : 200);
      const note = `${entries} entries, a segment of 1,000 taps, signer's chain included`;
      rows.push(figure("proof-bytes", "bytes", [bytes], { aim: "≤ 4096", note }));
      rows.push(
        figure("verify-ms", "ms", ms, {
          aim: "≤ 5",
          note: "from the file's text; certificates parsed before",
        }),
      );
    }
  });
  return { rows, faults };
}

/** First pages of 50 entries by filters of every kind, of things frequent and rare. */
async function pages({ prisma, size }: LargeLog, queries: number): Promise<Row> {
  const entries = new AuditEntries(prisma);
  const filters: readonly ((i: number) => EntryFilter)[] = [
    () => ({ action: "key" }),
    () => ({ action: "segment.archived" }),
    (i) => ({ actorId: `person-${i % 40}` }),
    (i) => ({ subject: `key/${1_000 * (i % (size / 1_000)) + 7}` }),
    () => ({ subject: "key" }),
    (i) => ({ untilEpochMs: Date.UTC(2024, 5, 10) + ((i * 7_919) % size) * 1_000 }),
    (i) => ({ action: "key.changed", actorId: `person-${i % 40}` }),
    () => ({ action: "user" }),
  ];
  const tookMs: number[] = [];
  for (let i = 0; i < queries; i++) {
    const startedAt = performance.now();
    await entries.page(filters[i % filters.length]?.(i) ?? {}, 50);
    tookMs.push(performance.now() - startedAt);
  }
  const p99 = quantile(tookMs, 0.99);
  return figure("query-p99", "ms", [p99], {
    aim: "≤ 50",
    note: `first page of 50, ${size} entries, filters of every kind`,
  });
}

/** Every entry read from PostgreSQL, its leaf and the tree over them, up to the root; and SHA-256 alone of the same bytes. */
async function fullVerify(
  { log }: LargeLog,
  entries: number,
  rounds: number,
  faults: string[],
): Promise<Row> {
  const [ours, hashing]: [number[], number[]] = [[], []];
  const checkpoint = { size: entries, root: await log.rootAt(entries) };
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const walked = await walkLog(log.parts(entries), [checkpoint]);
    ours.push(entries / ((performance.now() - startedAt) / 1000));
    if (walked.is !== "whole") faults.push(`the walk over ${entries} entries found ${walked.is}`);
    const all: Uint8Array[] = [];
    for await (const part of log.parts(entries)) all.push(...part.entries);
    const hashedAt = performance.now();
    for (const bytes of all) sha256(bytes);
    hashing.push(entries / ((performance.now() - hashedAt) / 1000));
  }
  return compare("full-verify-vs-sha256", "entries/s", ours, hashing, {
    aim: "≥ 0.3",
    note: "from PostgreSQL; baseline: SHA-256 of the same bytes, which lie in memory",
  });
}
