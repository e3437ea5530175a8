import { type AgentReport, reaches } from "../tap/index.ts";
import { countOf, intersect, merge, type SeqRange, subtract } from "./ranges.ts";

/** An agent that was heard longer ago is not counted on, ms, where nothing else is said: agents report once a minute. */
export const usualHeardWithinMs = 180_000;

/** Taps of one agent's epoch that the buffer would forget. */
export type BufferedTaps = {
  readonly agent: string;
  readonly epoch: number;
  readonly ranges: readonly SeqRange[];
};

/** What an agent last told, and when by the server's clock, ms since 1970. */
export type Told = { readonly seenAtEpochMs: number; readonly outbox: AgentReport["outbox"] };

/** Those of them that nobody is known to hold, and why. */
export type UnheldTaps = BufferedTaps & { readonly why: string };

export type HeldBy = {
  /** By the agent's id. */
  readonly told: ReadonlyMap<string, Told>;
  /** An agent that was heard longer ago than this is away. */
  readonly heardWithinMs: number;
  readonly nowEpochMs: number;
};

/** The same taps by agent and epoch, each number once. */
export function gatherTaps(
  runs: readonly (SeqRange & { readonly agent: string; readonly epoch: number })[],
): BufferedTaps[] {
  const groups = Map.groupBy(runs, ({ agent, epoch }) => `${agent} ${epoch}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ agent: first.agent, epoch: first.epoch, ranges: merge(group) }];
  });
}

/**
 * Which of the buffer's taps would be lost with it. A tap is held where its agent was heard lately, its outbox is in the tap's epoch, and
 * either its report named the number, or the tap was read after that report and the report says that taps stay until they are archived:
 * an agent tells of a lower rung before it takes it up.
 */
export function unheldTaps(buffered: readonly BufferedTaps[], by: HeldBy): UnheldTaps[] {
  return buffered.flatMap((taps) => {
    const told = by.told.get(taps.agent);
    const away = whyAway(taps, told, by);
    if (away !== null || told === undefined) return [{ ...taps, why: away ?? "" }];
    const { held = [], releaseAt, nextSeq } = told.outbox;
    const named = merge(held.map(([first, last]) => ({ first, last })));
    const isKept = releaseAt !== undefined && reaches(releaseAt, "archived");
    const later = { first: nextSeq, last: Number.MAX_SAFE_INTEGER };
    const ranges = subtract(taps.ranges, isKept ? merge([...named, later]) : named);
    return ranges.length === 0 ? [] : [{ ...taps, ranges, why: whyUnheld(ranges, told) }];
  });
}

/** Without those numbers that have an end. @param ended merged */
export function withoutEnded<Taps extends BufferedTaps>(taps: Taps, ended: readonly SeqRange[]): Taps | null {
  const ranges = subtract(taps.ranges, ended);
  return ranges.length === 0 ? null : { ...taps, ranges };
}

/** As in `gate-1 (14 taps): it was last heard 312 s ago`; what does not fit is counted. */
export function unheldWords(unheld: readonly UnheldTaps[], most = 5): string {
  const named = unheld.slice(0, most).map(({ agent, ranges, why }) => {
    const taps = countOf(ranges);
    return `${agent} (${taps} ${taps === 1 ? "tap" : "taps"}): ${why}`;
  });
  const more = unheld.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** Why nothing of what the agent tells counts for these taps; null where it does. */
function whyAway({ epoch }: BufferedTaps, told: Told | undefined, by: HeldBy): string | null {
  if (told === undefined) return "it has never told what it holds";
  const { outbox, seenAtEpochMs } = told;
  const silentMs = by.nowEpochMs - seenAtEpochMs;
  if (silentMs > by.heardWithinMs) return `it was last heard ${Math.round(silentMs / 1_000)} s ago`;
  if (outbox.epoch !== epoch) return `its outbox is in epoch ${outbox.epoch}, and they are of epoch ${epoch}`;
  return outbox.held === undefined ? "its version does not say what its outbox holds" : null;
}

function whyUnheld(ranges: readonly SeqRange[], { outbox }: Told): string {
  const before = { first: 0, last: outbox.nextSeq - 1 };
  return countOf(intersect(ranges, [before])) > 0
    ? "its outbox does not hold them any more"
    : "its taps leave the outbox before they are archived";
}
