import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { SegmentShares, StageEvidence } from "@tapline/adapters/redis";
import { type OpenSegment, routeOf, type SegmentStage } from "@tapline/core/buffer";
import { type Colour, otherColour, sha256Hex } from "@tapline/core/kernel";

/** What a stage needs to know of the two colours. */
export type ColourParts = {
  /** The colour of this process. */
  readonly colour: Colour;
  readonly shares: Pick<SegmentShares, "keepCandidate">;
  readonly evidence: Pick<StageEvidence, "note">;
  readonly queues: Pick<SegmentQueues, "add">;
};

/** What a stage came to: by what it judged or wrote, and a digest. Of other grounds other results are no wonder. */
export type Came = { readonly grounds: string; readonly result: string };

const textOf = (stage: SegmentStage, { grounds, result }: Came): string =>
  [stage, grounds, sha256Hex(Buffer.from(result))].join(" ");

/** Whether both colours do this stage and this process is the one that is compared: then its result does not count. */
export function isCompared(
  segment: OpenSegment,
  stage: SegmentStage,
  { colour }: Pick<ColourParts, "colour">,
): boolean {
  const route = routeOf(segment, stage);
  return route.both && route.colour === colour;
}

/**
 * Whether this stage was given back by the new release, to which this process belongs: what it would come to must not count any
 * more. The old release does whatever it is asked for.
 */
export function isGivenBack(
  segment: OpenSegment,
  stage: SegmentStage,
  { colour }: Pick<ColourParts, "colour">,
): boolean {
  const route = routeOf(segment, stage);
  return route.target === colour && route.colour !== colour;
}

/** Leaves what this process came to for the other colour, and asks it to do the stage. */
export async function leaveToOther(
  segment: OpenSegment,
  stage: SegmentStage,
  came: Came,
  { shares, queues }: ColourParts,
): Promise<void> {
  if (!(await shares.keepCandidate(segment.id, stage, textOf(stage, came)))) return;
  const { colour, watch } = routeOf(segment, stage);
  await queues.add(stage, segment.id, { colour: otherColour(colour), watch });
}

/** Compares what the other colour left with what this one came to, where both did the stage on the same grounds. */
export function compareWithOther(
  segment: OpenSegment,
  stage: SegmentStage,
  came: Came,
  { evidence }: ColourParts,
): void {
  const { both, colour, watch } = routeOf(segment, stage);
  const [of, grounds] = segment.candidate?.split(" ") ?? [];
  if (!both || watch === null || of !== stage || grounds !== came.grounds) return;
  const differing = segment.candidate === textOf(stage, came) ? 0 : 1;
  evidence.note(stage, colour, watch, { compared: 1, differing }).catch(() => undefined);
}
