import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { ReleaseDesk, ShiftListing } from "@tapline/adapters/prisma";
import type { SegmentShares, StageShare } from "@tapline/adapters/redis";
import type { SegmentStage } from "@tapline/core/buffer";
import type { Actuator, ActuatorAct } from "@tapline/core/noops";
import { type ShiftAct, settingsOf, targetOf } from "@tapline/core/rollout";
import { stageOf } from "./read-view.ts";
import { watchOf } from "./watch-name.ts";

export type ActParts = {
  readonly actuator: Pick<Actuator, "act">;
  readonly desk: Pick<ReleaseDesk, "release">;
  readonly shares: Pick<SegmentShares, "set">;
  readonly queues: Pick<SegmentQueues, "add" | "forget">;
};

/** Does what a shift wants, under the lease with that number. @throws what the actuator refuses */
export async function doAct(
  shift: ShiftListing,
  act: ShiftAct,
  fence: number,
  parts: ActParts,
): Promise<void> {
  const { service } = shift;
  const stage = stageOf(service);
  const reason = `shift ${shift.id}: ${shift.state.why}`;
  if (act.kind === "share" && stage !== null)
    return await setShare(stage, shareOf(shift, act.percent), fence, parts);
  await parts.actuator.act(await actuatorAct(shift, act, parts), { fence, reason });
  if (act.kind === "retire" && stage !== null) await parts.queues.forget(stage, act.colour);
}

/** Shares out what is cut from now on; what the colour that gets nothing any more had in hand is given to the other one. */
export async function setShare(
  stage: SegmentStage,
  share: StageShare,
  fence: number,
  { shares, queues }: Pick<ActParts, "shares" | "queues">,
): Promise<void> {
  const moved = await shares.set(stage, share, fence);
  const colour = share.greenPercent === 0 ? ("blue" as const) : ("green" as const);
  for (const id of moved) await queues.add(stage, id, { colour, watch: share.watch?.name ?? null });
}

/** What a shift has a stage share out by, where its new release gets so much. */
export function shareOf(shift: ShiftListing, targetPercent: number): StageShare {
  return { greenPercent: greenOf(shift, targetPercent), watch: watchOf(shift) };
}

const greenOf = (shift: ShiftListing, targetPercent: number): number =>
  targetOf(shift) === "green" ? targetPercent : 100 - targetPercent;

/** Whether who looks is another one than shares say. */
export function isOtherWatch(shift: ShiftListing, { watch }: StageShare): boolean {
  const wanted = watchOf(shift);
  return wanted?.name !== watch?.name || wanted?.bothPercent !== watch?.bothPercent;
}

async function actuatorAct(shift: ShiftListing, act: ShiftAct, { desk }: ActParts): Promise<ActuatorAct> {
  const { service } = shift;
  if (act.kind === "share") return { kind: "share", service, greenPercent: greenOf(shift, act.percent) };
  const workload = { service, colour: act.colour };
  if (act.kind === "retire") return { kind: "retire", workload };
  if (act.kind === "scale") return { kind: "scale", workload, replicas: act.replicas };
  const release = await desk.release(act.release);
  const spec = { id: String(release.id), version: release.version, config: settingsOf(release) };
  return { kind: "place", workload, release: spec, replicas: act.replicas };
}
