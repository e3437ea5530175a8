import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { SegmentBuffer, SegmentShares, StageEvidence } from "@tapline/adapters/redis";
import { type OpenSegment, routeOf } from "@tapline/core/buffer";
import { hasCode, otherColour } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type TakeOverParts = {
  readonly buffer: Pick<SegmentBuffer, "openSegments">;
  readonly shares: Pick<SegmentShares, "read" | "noteLate">;
  readonly evidence: Pick<StageEvidence, "note">;
  readonly queues: Pick<SegmentQueues, "askAgain">;
  readonly log: Pick<Logger, "warn" | "error">;
};

const lookEveryMs = 500;
/** A stage takes milliseconds; an archive that is slow is so for both colours. */
const lateAfterMs = 3_000;

/**
 * While a service goes from one release to another: what the new one holds up is done by the old one, and counts against the one
 * that held it up. The first result stands, so whoever is slow harms nobody. Any number may run.
 */
export function startTakingOver(parts: TakeOverParts): Role {
  /** When a segment was first seen in a stage, by both, ms of this process's own clock. */
  const seenAtMs = new Map<string, number>();
  const loop = repeat(
    async () => {
      const watched = Object.values(await parts.shares.read()).some(({ watch }) => watch !== null);
      const open = watched ? await parts.buffer.openSegments() : [];
      const here = new Set(open.map(placeOf));
      for (const place of seenAtMs.keys()) if (!here.has(place)) seenAtMs.delete(place);
      for (const segment of open) {
        const sinceMs = seenAtMs.get(placeOf(segment));
        if (sinceMs === undefined) seenAtMs.set(placeOf(segment), performance.now());
        else if (performance.now() - sinceMs > lateAfterMs) await takeOver(segment, parts);
      }
      return lookEveryMs;
    },
    (error) => {
      if (!hasCode(error, "unavailable")) parts.log.error({ err: error }, "looking for late segments failed");
    },
  );
  return { stop: () => loop.stop() };
}

const placeOf = ({ id, stage }: OpenSegment): string => `${id}/${stage}`;

async function takeOver(segment: OpenSegment, parts: TakeOverParts): Promise<void> {
  const { id, stage } = segment;
  const { colour, watch, target } = routeOf(segment, stage);
  if (watch === null || !(await parts.shares.noteLate(id, stage))) return;
  await parts.evidence.note(stage, colour, watch, { attempts: 1, failures: 1 });
  if (colour !== target) return;
  await parts.queues.askAgain(stage, id, { colour: otherColour(colour), watch });
  parts.log.warn({ segment: id, stage, colour }, "a stage took too long: the other colour is asked, too");
}
