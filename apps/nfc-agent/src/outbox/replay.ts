import { LogFile } from "./log-file.ts";
import { damaged, pathOfLog } from "./log-format.ts";
import type { Outcome, TapRecord, Totals } from "./record.ts";

/** A tap that waits for its end. `raw` is `null` where the bytes are on the disk alone. */
export type Entry = Omit<TapRecord, "raw"> & {
  raw: Buffer | null;
  rawBytes: number;
  file: LogFile;
  at: number;
  end: number;
};

/** What the files of earlier runs add up to. */
export type Replayed = {
  files: LogFile[];
  /** By sequence number, oldest first. */
  entries: Map<number, Entry>;
  nextSeq: number;
  totals: Totals;
  tornBytes: number;
};

const totalOf = {
  archived: "archived",
  duplicate: "duplicates",
  rejected: "rejected",
  released: null,
} as const;

/** Counts one end into `totals`. */
export function countOutcome(totals: Totals, outcome: Outcome): void {
  const total = totalOf[outcome];
  if (total !== null) totals[total] += 1;
}

/**
 * Opens the files `numbers` (rising) and reads what they hold. A torn end of the newest is cut.
 * @throws corrupt for any other damage, a missing file, or numbers that do not follow each other
 */
export async function replay(dir: string, numbers: readonly number[]): Promise<Replayed> {
  const state: Replayed = {
    files: [],
    entries: new Map(),
    nextSeq: 0,
    totals: { taps: 0, archived: 0, duplicates: 0, rejected: 0 },
    tornBytes: 0,
  };
  try {
    for (const [index, number] of numbers.entries()) {
      const before = numbers[index - 1];
      if (before !== undefined && number !== before + 1)
        throw damaged(pathOfLog(dir, before + 1), 0, "the file is missing");
      await replayFile(state, dir, number, index === numbers.length - 1);
    }
  } catch (error) {
    await Promise.all(state.files.map((file) => file.close()));
    throw error;
  }
  return state;
}

async function replayFile(state: Replayed, dir: string, number: number, isLast: boolean): Promise<void> {
  const { file, contents } = await LogFile.open(dir, number, isLast);
  const previous = state.files.at(-1);
  state.files.push(file);
  state.tornBytes += contents.tornBytes;
  if (previous !== undefined && previous.epoch !== file.epoch)
    throw damaged(file.path, 8, `its epoch is ${file.epoch}, that of the file before is ${previous.epoch}`);
  for (const { record, at, end } of contents.records) {
    if (record.kind === "tap") {
      const { raw, ...tap } = record.tap;
      if (tap.seq !== state.nextSeq)
        throw damaged(file.path, at, `tap ${tap.seq} stands where ${state.nextSeq} must be`);
      state.entries.set(tap.seq, { ...tap, raw: null, rawBytes: raw.length, file, at, end });
      state.nextSeq += 1;
      state.totals.taps += 1;
      file.unsettled += 1;
      file.unsettledOnDisk += 1;
    } else if (record.kind === "snapshot") {
      if (previous !== undefined && record.snapshot.nextSeq !== state.nextSeq)
        throw damaged(file.path, at, `it begins at tap ${record.snapshot.nextSeq}, not ${state.nextSeq}`);
      state.nextSeq = record.snapshot.nextSeq;
      state.totals = { ...record.snapshot.totals };
    } else for (const { seq, outcome } of record.settled) settleReplayed(state, seq, outcome);
  }
}

/** The tap may lie in a file that is deleted by now. */
function settleReplayed(state: Replayed, seq: number, outcome: Outcome): void {
  const entry = state.entries.get(seq);
  if (entry !== undefined) {
    entry.file.unsettled -= 1;
    entry.file.unsettledOnDisk -= 1;
  }
  state.entries.delete(seq);
  countOutcome(state.totals, outcome);
}
