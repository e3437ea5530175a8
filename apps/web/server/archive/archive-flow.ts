import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { SegmentBuffer, TelemetryStream } from "@tapline/adapters/redis";
import { routeOf } from "@tapline/core/buffer";
import { type ArchiveAway, heardWithinMs, SignsOfLife } from "@tapline/core/kpi";
import type { OpenSegmentView } from "../../contracts/archive.ts";
import { fromRedis } from "../from-stores.ts";

/** What Redis tells of the way into the archive. */
export class ArchiveFlow {
  readonly #buffer: Pick<SegmentBuffer, "openSegments">;
  readonly #queues: Pick<SegmentQueues, "standing">;
  readonly #telemetry: Pick<TelemetryStream, "heard">;

  constructor(
    buffer: Pick<SegmentBuffer, "openSegments">,
    queues: Pick<SegmentQueues, "standing">,
    telemetry: Pick<TelemetryStream, "heard">,
  ) {
    this.#buffer = buffer;
    this.#queues = queues;
    this.#telemetry = telemetry;
  }

  /** Segments that are on their way, the oldest first. */
  async open(): Promise<OpenSegmentView[]> {
    const open = await fromRedis(this.#buffer.openSegments());
    const seen = open
      .toSorted((a, b) => a.cutAtEpochMs - b.cutAtEpochMs)
      .map(async (segment) => {
        const { id, stage, taps, cutAtEpochMs } = segment;
        const { colour } = routeOf(segment, stage);
        const standing = await fromRedis(this.#queues.standing(stage, id, colour));
        return { id, stage, taps, cutAtEpochMs, ...standing };
      });
    return await Promise.all(seen);
  }

  /** Archives that workers cannot use, longest first, and by what their last attempt ended. */
  async away(): Promise<ArchiveAway[]> {
    const processes = await fromRedis(this.#telemetry.heard(heardWithinMs));
    const nowEpochMs = Date.now();
    const signs = new SignsOfLife();
    for (const { instance, agoMs, roles, awayArchives } of processes)
      signs.hear(instance, { roles: [...roles], awayArchives: [...awayArchives] }, nowEpochMs - agoMs);
    return [...signs.away(nowEpochMs)];
  }
}
