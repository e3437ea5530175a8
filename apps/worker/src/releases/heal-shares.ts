import type { ReleaseDesk } from "@tapline/adapters/prisma";
import type { SegmentShares } from "@tapline/adapters/redis";
import { type SegmentStage, segmentStages } from "@tapline/core/buffer";
import { type Colour, otherColour } from "@tapline/core/kernel";
import { type Actuator, type Landscape, readyOf, workloadOf } from "@tapline/core/noops";
import type { Logger } from "pino";
import { type ActParts, setShare } from "./do-act.ts";
import type { Shares } from "./read-view.ts";

export type HealParts = Pick<ActParts, "queues"> & {
  readonly desk: Pick<ReleaseDesk, "open" | "standing">;
  readonly actuator: Pick<Actuator, "look">;
  readonly shares: Pick<SegmentShares, "read" | "set">;
  readonly log: Pick<Logger, "warn">;
};

/**
 * Gives all of a stage to the colour that runs, where the share leads to one that nobody runs any more: the share that the last shift
 * left went with what Redis lost, or what runs was set back. Otherwise segments would wait for ever. Not while a shift leads there.
 */
export async function healShares(fence: number, signal: AbortSignal, parts: HealParts): Promise<void> {
  const { desk, actuator, shares, log } = parts;
  const [landscape, present, open] = await Promise.all([actuator.look(signal), shares.read(), desk.open()]);
  for (const stage of segmentStages) {
    if (open.some(({ service }) => service === stage)) continue;
    const colour = runningAlone(stage, landscape);
    if (colour === null || !leadsAway(colour, present[stage].greenPercent)) continue;
    // Green alone is ready where a cluster's other Deployments are not shown to us, too: the last shift says what should be.
    if (colour === "green" && (await desk.standing(stage)).colour !== colour) continue;
    await setShare(stage, { greenPercent: colour === "green" ? 100 : 0, watch: null }, fence, parts);
    log.warn({ stage, colour }, "all of a stage is given to the colour that runs: nobody runs the other one");
  }
}

/** The colour that is ready, where of the other one nothing is wanted and nothing serves. */
function runningAlone(service: SegmentStage, landscape: Landscape): Colour | null {
  const isReady = (colour: Colour): boolean => readyOf(landscape, { service, colour }) > 0;
  const isGone = (colour: Colour): boolean =>
    (workloadOf(landscape, { service, colour })?.wanted ?? 0) === 0 && !isReady(colour);
  const alone = (["blue", "green"] as const).filter(
    (colour) => isReady(colour) && isGone(otherColour(colour)),
  );
  return alone[0] ?? null;
}

const leadsAway = (colour: Colour, greenPercent: Shares[SegmentStage]["greenPercent"]): boolean =>
  colour === "green" ? greenPercent < 100 : greenPercent > 0;
