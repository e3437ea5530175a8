import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { ShiftEvidence, ShiftListing } from "@tapline/adapters/prisma";
import type { ServicesReports, StageEvidence, StageShare } from "@tapline/adapters/redis";
import { type SegmentStage, segmentStages } from "@tapline/core/buffer";
import type { Colour } from "@tapline/core/kernel";
import type { Landscape } from "@tapline/core/noops";
import {
  analyse,
  type Evidence,
  noEvidence,
  nothing,
  type ShiftView,
  type Side,
  sumEvidence,
  targetOf,
} from "@tapline/core/rollout";
import { doorEvidence } from "./door-evidence.ts";
import { watchName } from "./watch-name.ts";

export type ViewParts = {
  readonly queues: Pick<SegmentQueues, "inHand">;
  readonly evidence: Pick<StageEvidence, "read">;
  readonly reports: Pick<ServicesReports, "latest">;
  readonly clock: () => number;
};

export type Shares = Readonly<Record<SegmentStage, StageShare>>;

export type Seen = { readonly view: ShiftView; readonly evidence: ShiftEvidence };

/** The stage of the segments' path that a service does; null for one that is reached by connections. */
export const stageOf = (service: string): SegmentStage | null =>
  segmentStages.find((stage) => stage === service) ?? null;

/** What a shift is decided by, as everything stands. */
export async function readView(
  shift: ShiftListing,
  landscape: Landscape,
  shares: Shares,
  parts: ViewParts,
): Promise<Seen> {
  const { service, stable } = shift;
  const stage = stageOf(service);
  const target = targetOf(shift);
  const greenPercent =
    stage === null ? (landscape.shares[service]?.greenPercent ?? 0) : shares[stage].greenPercent;
  const [stableSide, targetSide] = await Promise.all([
    readSide(service, stable, landscape, parts),
    readSide(service, target, landscape, parts),
  ]);
  const seen = await readEvidence(shift, stage, parts);
  const { verdict, checks } = analyse(seen.stable, seen.target);
  const attempts = { stable: seen.stable.attempts, target: seen.target.attempts };
  return {
    view: {
      ...{ stable: stableSide, target: targetSide, verdict },
      targetPercent: target === "green" ? greenPercent : 100 - greenPercent,
    },
    evidence: { atEpochMs: parts.clock(), verdict, checks, attempts },
  };
}

async function readSide(
  service: string,
  colour: Colour,
  { workloads }: Landscape,
  { queues }: ViewParts,
): Promise<Side> {
  const stage = stageOf(service);
  const found = workloads.find((one) => one.service === service && one.colour === colour);
  const inHand = stage === null ? 0 : await queues.inHand(stage, colour);
  if (found === undefined) return { ...nothing, inHand };
  const { release, wanted, replicas } = found;
  return {
    ...{ release: release === null ? null : Number(release), wanted, inHand },
    ready: replicas.filter(({ state }) => state === "ready").length,
    restarts: replicas.reduce((sum, { restarts }) => sum + restarts, 0),
  };
}

/** Of the new release what was seen at the present share; of the old one, since the first. */
async function readEvidence(
  shift: ShiftListing,
  stage: SegmentStage | null,
  parts: ViewParts,
): Promise<{ stable: Evidence; target: Evidence }> {
  const target = targetOf(shift);
  if (stage === null) {
    const seen = doorEvidence(await parts.reports.latest(), shift.service, shift.state.routedAtEpochMs);
    return { stable: seen[shift.stable], target: seen[target] };
  }
  const { step } = shift.state;
  const steps = await Promise.all(
    Array.from({ length: step + 1 }, (_, at) => parts.evidence.read(stage, watchName(shift, at))),
  );
  const stable = sumEvidence(steps.map((seen) => seen[shift.stable]));
  return { stable, target: steps.at(-1)?.[target] ?? noEvidence };
}
