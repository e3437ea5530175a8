import { setTimeout as sleep } from "node:timers/promises";
import type {
  Act,
  AgentTap,
  ArchiveIndex,
  QuarantineDesk,
  QuarantinedRow,
  QuarantineFilter,
} from "@tapline/adapters/prisma";
import type { CreditBook, SegmentBuffer } from "@tapline/adapters/redis";
import { type BufferedTap, encodeFrame, framedBytes } from "@tapline/core/buffer";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import type { TapFacts, ValidationRules } from "@tapline/core/validation";
import { type JudgeParts, judgeQuarantined } from "./judge-quarantined.ts";

/** How many taps there are of which kind; `refused`: by reason. */
export type ReplayEffect = {
  readonly looked: number;
  /** Put into the buffer again; in a dry run: would be. */
  readonly passing: number;
  /** Lies in the archive already. */
  readonly held: number;
  readonly sealed: number;
  /** Of which the digest alone was kept, since their agent's quota was spent. */
  readonly unkept: number;
  readonly refused: Readonly<Record<string, number>>;
};

export type PreviewParts = JudgeParts & {
  readonly desk: Pick<QuarantineDesk, "replayable" | "noteReplay" | "noteHeld">;
  readonly index: Pick<ArchiveIndex, "findTaps">;
};

export type ReplayParts = PreviewParts & {
  readonly buffer: Pick<SegmentBuffer, "append">;
  readonly credits: Pick<CreditBook, "ask" | "leave" | "holder">;
  readonly clock: () => number;
  /** How long to wait for room in the buffer, ms. */
  readonly maxWaitMs: number;
};

type Passing = { readonly row: QuarantinedRow; readonly tap: TapFacts; readonly payload: Buffer };
type Page = { readonly passing: Passing[]; readonly held: { row: QuarantinedRow; segment: string }[] };

/** Rows looked at, and taps put into the buffer, at a time. */
const pageTaps = 200;
const frameMaxBytes = 128 * 1024;
/** An agent's name cannot begin so: the bucket is nobody else's. */
const bucket = ":replay";

/** What a replay would do now. */
export async function previewReplay(
  filter: QuarantineFilter,
  rules: ValidationRules,
  parts: PreviewParts,
): Promise<ReplayEffect> {
  return await eachPage(filter, rules, parts, async () => undefined);
}

/**
 * Puts the refused taps that pass now into the buffer again, under the numbers that their agents gave them, in batches that wait
 * for credits. Safe to run twice, at once or after a crash: who has a number already is known to validation. Each batch is
 * noted before it goes in, so that none goes in unnoted.
 * @throws TaplineError `overloaded` where the buffer had no room for `maxWaitMs`; what is left is left as it was
 */
export async function replayQuarantine(
  filter: QuarantineFilter,
  rules: ValidationRules,
  act: Act,
  parts: ReplayParts,
): Promise<ReplayEffect> {
  try {
    return await eachPage(filter, rules, parts, async ({ passing, held }) => {
      for (const { row, segment } of held) await parts.desk.noteHeld(row, segment);
      for (const frame of framesOf(passing, parts.clock())) await putFrame(frame, act, parts);
    });
  } finally {
    await parts.credits.leave();
  }
}

async function eachPage(
  filter: QuarantineFilter,
  rules: ValidationRules,
  parts: PreviewParts,
  work: (page: Page) => Promise<void>,
): Promise<ReplayEffect> {
  const effect = {
    looked: 0,
    passing: 0,
    held: 0,
    sealed: 0,
    unkept: 0,
    refused: {} as Record<string, number>,
  };
  let after: AgentTap | null = null;
  for (;;) {
    const rows: QuarantinedRow[] = await parts.desk.replayable(filter, after, pageTaps);
    const judged = await judgeQuarantined(rows, rules, parts);
    const able: Passing[] = [];
    for (const [i, row] of rows.entries()) {
      const one = judged[i];
      if (one?.is === "passes") able.push({ row, tap: one.tap, payload: one.payload });
      else if (one?.is === "refused") effect.refused[one.reason] = (effect.refused[one.reason] ?? 0) + 1;
      else effect[one?.is ?? "sealed"]++;
    }
    const page = await splitHeld(able, effect.refused, parts.index);
    await work(page);
    effect.looked += rows.length;
    effect.passing += page.passing.length;
    effect.held += page.held.length;
    after = rows.at(-1) ?? null;
    if (rows.length < pageTaps) return effect;
  }
}

/** Parts those that the archive holds; one whose number stands there for other content would be refused again. */
async function splitHeld(
  able: readonly Passing[],
  refused: Record<string, number>,
  index: Pick<ArchiveIndex, "findTaps">,
): Promise<Page> {
  const holdings = await index.findTaps(
    able.map(({ tap }) => ({ tracker: tap.trackerId, trackerEpoch: tap.epoch, trackerSeq: tap.seq })),
  );
  const page: Page = { passing: [], held: [] };
  for (const [i, one] of able.entries()) {
    const held = holdings[i]?.held ?? null;
    if (held === null) page.passing.push(one);
    else if (held.digest === one.row.digest.toString("hex", 0, 8))
      page.held.push({ row: one.row, segment: held.segment });
    else refused.equivocation = (refused.equivocation ?? 0) + 1;
  }
  return page;
}

function framesOf(passing: readonly Passing[], ingestedAtEpochMs: number): BufferedTap[][] {
  const frames: BufferedTap[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { row, payload } of passing) {
    const { agent, epoch, seq, reader, readAtEpochMs } = row;
    const tap = { agent, epoch, seq, reader, readAtEpochMs, ingestedAtEpochMs, traceparent: "", payload };
    bytes += framedBytes(tap);
    if (bytes > frameMaxBytes) {
      frames.push([]);
      bytes = framedBytes(tap);
    }
    frames.at(-1)?.push(tap);
  }
  return frames;
}

async function putFrame(taps: readonly BufferedTap[], act: Act, parts: ReplayParts): Promise<void> {
  await creditsFor(taps.length, parts);
  await parts.desk.noteReplay(taps, act);
  await patiently(parts, async () => {
    try {
      await parts.buffer.append(encodeFrame(taps), taps.length, parts.credits.holder);
      return true;
    } catch (error) {
      if (hasCode(error, "overloaded")) return false;
      throw error;
    }
  });
}

async function creditsFor(taps: number, parts: ReplayParts): Promise<void> {
  await patiently(parts, async () => {
    const { grants } = await parts.credits.ask(0, [{ kind: "all", taps, agent: bucket }]);
    return grants[0]?.taps === taps;
  });
}

async function patiently({ maxWaitMs, clock }: ReplayParts, tryOnce: () => Promise<boolean>): Promise<void> {
  const end = clock() + maxWaitMs;
  while (!(await tryOnce())) {
    if (clock() > end)
      throw new TaplineError("overloaded", `the buffer had no room for ${Math.round(maxWaitMs / 1000)} s`, {
        remedy: "look at `tapline buffer show`, and replay again later: what is left is left as it was",
      });
    await sleep(200);
  }
}
