import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, sha256Hex, type TaplineError } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";
import { damaged, numberOfLog, parseLog, pathOfLog, refuseDamage } from "./log-format.ts";
import { unusable } from "./open-files.ts";
import type { LogRecord, Outcome, Totals } from "./record.ts";
import { countOutcome } from "./replay.ts";

/** A tap as the folder shows it. */
export type ListedTap = {
  seq: number;
  reader: string;
  readAtEpochMs: number;
  bytes: number;
  /** Of the raw NDEF message, hexadecimal. */
  sha256: string;
  state: "pending" | Outcome;
};

export type OutboxListing = {
  /** 0 where the folder holds no outbox yet. */
  epoch: number;
  nextSeq: number;
  /** Counts over the outbox's whole life. */
  totals: Totals;
  /** Bytes of its files. */
  bytes: number;
  /** Taps whose record is still there, oldest first; those that have their end stay until their file goes. */
  taps: ListedTap[];
  /** Bytes after the newest file's last whole record: a write under way, or one that a crash cut short. */
  unfinishedBytes: number;
  /** The first damage that was met; what lies before it is listed. */
  damage: TaplineError | null;
};

/** A running agent deletes and begins files while we look: so often we look anew. */
const looks = 5;
const betweenLooksMs = 50;

/**
 * Lists what the outbox in `dir` holds, without its lock and without changing anything, beside a running agent or a
 * stopped one. Format: docs/decisions/0005-outbox-format.md.
 * @throws misconfigured where the folder cannot be read; one that is not there is an empty outbox
 */
export async function inspectOutbox(dir: string): Promise<OutboxListing> {
  let listing = await look(dir);
  for (let again = 1; again < looks && listing.damage !== null; again++) {
    await sleep(betweenLooksMs);
    listing = await look(dir);
  }
  return listing;
}

async function look(dir: string): Promise<OutboxListing> {
  const listing: OutboxListing = {
    epoch: 0,
    nextSeq: 1,
    totals: { taps: 0, archived: 0, duplicates: 0, rejected: 0 },
    bytes: 0,
    taps: [],
    unfinishedBytes: 0,
    damage: null,
  };
  const bySeq = new Map<number, ListedTap>();
  const numbers = await numbersIn(dir);
  try {
    for (const [index, number] of numbers.entries()) {
      const isLast = index === numbers.length - 1;
      const before = numbers[index - 1];
      if (before !== undefined && number !== before + 1)
        throw damaged(pathOfLog(dir, before + 1), 0, "the file is missing");
      await addFile(listing, bySeq, dir, number, isLast);
    }
  } catch (error) {
    if (!hasCode(error, "corrupt")) throw unusable(dir, error);
    listing.damage = error;
  }
  listing.taps = [...bySeq.values()];
  return listing;
}

async function numbersIn(dir: string): Promise<number[]> {
  try {
    const numbers = (await readdir(dir)).map((name) => numberOfLog(name)).filter((number) => number !== null);
    return numbers.sort((a, b) => a - b);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw unusable(dir, error);
  }
}

async function addFile(
  listing: OutboxListing,
  bySeq: Map<number, ListedTap>,
  dir: string,
  number: number,
  isLast: boolean,
): Promise<void> {
  const path = pathOfLog(dir, number);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw systemCode(error) === "ENOENT" ? damaged(path, 0, "the file is missing") : error;
  });
  const parsed = parseLog(path, number, bytes);
  listing.epoch = parsed.head.epoch;
  listing.bytes += bytes.length;
  for (const { record } of parsed.records) addRecord(listing, bySeq, record);
  if (isLast) listing.unfinishedBytes = bytes.length - parsed.end;
  refuseDamage(path, parsed, bytes.length, isLast);
}

function addRecord(listing: OutboxListing, bySeq: Map<number, ListedTap>, record: LogRecord): void {
  if (record.kind === "snapshot") {
    listing.nextSeq = record.snapshot.nextSeq;
    listing.totals = { ...record.snapshot.totals };
  } else if (record.kind === "tap") {
    const { seq, reader, readAtEpochMs, raw } = record.tap;
    const { length: bytes } = raw;
    bySeq.set(seq, { seq, reader, readAtEpochMs, bytes, sha256: sha256Hex(raw), state: "pending" });
    listing.nextSeq = seq + 1;
    listing.totals.taps += 1;
  } else
    for (const { seq, outcome } of record.settled) {
      countOutcome(listing.totals, outcome);
      const tap = bySeq.get(seq);
      if (tap !== undefined) tap.state = outcome;
    }
}
