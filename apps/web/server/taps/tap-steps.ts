import type { FoundSegment } from "@tapline/adapters/prisma";
import type { SegmentUnderWay } from "@tapline/adapters/redis";
import { uuidV7EpochMs } from "@tapline/core/kernel";
import type { AckLevel } from "@tapline/core/tap";
import { type TapStep, type TapStepName, tapSteps } from "../../contracts/taps.ts";

type Said = Partial<Record<TapStepName, Omit<TapStep, "step"> | readonly Omit<TapStep, "step">[]>>;

const blank = { atEpochMs: null, untilEpochMs: null, what: null };
const notKept = { ...blank, is: "not-kept" } as const;
const atIt = { ...blank, is: "at-it" } as const;
const none = { ...blank, is: "none" } as const;

/** @param until the last moment at which it can have been, where it is one of several taps */
function known(atEpochMs: number, until: number | null = null, what: string | null = null) {
  return { is: "known", atEpochMs, untilEpochMs: until === atEpochMs ? null : until, what } as const;
}

/** When an agent was told, ms since 1970; null: not kept any more; `unread`: Redis has it, and does not answer. */
export type ReceiptTime = number | null | "unread";

function receiptStep(at: ReceiptTime): Omit<TapStep, "step"> {
  if (at === "unread") return { ...blank, is: "unread" };
  return at === null ? notKept : known(at);
}

/** All steps in their order; those of which nothing is said come later. */
function stepsOf(said: Said): TapStep[] {
  return tapSteps.flatMap((step) =>
    [said[step] ?? ({ ...blank, is: "not-yet" } as const)].flat().map((one) => ({ step, ...one })),
  );
}

/** Of a tap that lies in an archived segment. @param receiptAt when its agent was told */
export function archivedSteps(segment: FoundSegment, receiptAt: ReceiptTime): TapStep[] {
  const { copies, entry } = segment;
  return stepsOf({
    read: known(segment.firstReadAtEpochMs, segment.lastReadAtEpochMs),
    taken: notKept,
    cut: known(uuidV7EpochMs(segment.id)),
    ...{ judged: notKept, sealed: notKept },
    archived:
      copies.length === 0
        ? notKept
        : copies
            .toSorted((a, b) => a.storedAtEpochMs - b.storedAtEpochMs)
            .map(({ target, storedAtEpochMs }) => known(storedAtEpochMs, null, target)),
    indexed: known(segment.archivedAtEpochMs),
    receipt: receiptStep(receiptAt),
    ...(entry === null ? {} : { recorded: known(entry.recordedAtEpochMs, null, placeOf(entry.index)) }),
    ...checkpointSteps(entry),
  });
}

const placeOf = (index: number | null): string | null => (index === null ? null : `entry ${index}`);

function checkpointSteps(entry: FoundSegment["entry"]): Said {
  const steps: Said = {};
  // Only the newest checkpoint is kept: an earlier one may have covered it before.
  if (entry?.checkpoint != null)
    steps.checkpoint = known(entry.checkpoint.atEpochMs, null, `size ${entry.checkpoint.size}`);
  if (entry?.cosigned != null)
    steps.cosigned = known(entry.cosigned.atEpochMs, null, `size ${entry.cosigned.size}`);
  return steps;
}

/** The highest rung: proven once a witnessed checkpoint covers the segment's entry. */
export function archivedRung({ entry }: FoundSegment): AckLevel {
  return entry?.cosigned == null ? "archived" : "proven";
}

const inOrder = ["judged", "sealed", "archived"] as const;
const stages = { validation: 0, encryption: 1, transfer: 2 } as const;

/** Of a tap whose segment is on its way. */
export function underWaySteps(id: string, { stage, takenAtEpochMs }: SegmentUnderWay): TapStep[] {
  const [first, last] = takenAtEpochMs;
  const done = inOrder.slice(0, stages[stage]).map((step) => [step, notKept] as const);
  return stepsOf({
    read: notKept,
    taken: known(first, last),
    cut: known(uuidV7EpochMs(id)),
    ...Object.fromEntries(done),
    [inOrder[stages[stage]]]: atIt,
  });
}

/** Of a tap that its agent has read, and that is in its outbox or on the way to validation. */
export const readSteps = (): TapStep[] => stepsOf({ read: notKept, taken: atIt });

/** Of a number that has no end, and that its agent does not have any more. */
export const gapSteps = (): TapStep[] => stepsOf(Object.fromEntries(tapSteps.map((step) => [step, none])));

/** Of a tap that never came to the archive, since it was refused or is a copy. */
export function endedSteps(
  readAtEpochMs: number | null,
  endedAtEpochMs: number,
  segment: string | null,
  receiptAt: ReceiptTime,
): TapStep[] {
  return stepsOf({
    read: readAtEpochMs === null ? notKept : known(readAtEpochMs),
    taken: notKept,
    cut: segment === null ? notKept : known(uuidV7EpochMs(segment)),
    judged: notKept,
    ...{ sealed: none, archived: none },
    indexed: known(endedAtEpochMs),
    receipt: receiptStep(receiptAt),
    ...{ recorded: none, checkpoint: none, cosigned: none },
  });
}
