import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { Seen, SegmentBuffer, StageEvidence } from "@tapline/adapters/redis";
import { type SegmentStage, segmentsAtOnce } from "@tapline/core/buffer";
import { type Colour, hasCode } from "@tapline/core/kernel";
import type { HistogramName, TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { TakenOverLog } from "./taken-over-log.ts";

export type StageParts = {
  readonly queues: Pick<SegmentQueues, "work">;
  readonly buffer: Pick<SegmentBuffer, "noteFailure">;
  readonly telemetry: TelemetryRecorder;
  /** Whose segments this process takes. */
  readonly colour: Colour;
  readonly evidence: Pick<StageEvidence, "note">;
  readonly log: Logger;
};

const timings: Readonly<Record<SegmentStage, HistogramName>> = {
  validation: "segment.validation_ms",
  encryption: "segment.encryption_ms",
  transfer: "segment.transfer_ms",
};

/** Runs one stage of the segment path as a service: timed, counted, logged. */
export function startStage(
  stage: SegmentStage,
  handle: (id: string) => Promise<void>,
  parts: StageParts,
): void {
  // Where this fails Redis is away, and nothing goes on that could be judged by it.
  const note = (watch: string, seen: Seen): void =>
    void parts.evidence.note(stage, parts.colour, watch, seen).catch(() => undefined);
  const takenOver = new TakenOverLog(parts.log, { stage });
  parts.queues.work(
    stage,
    async (id, watch) => {
      const startedAt = performance.now();
      await handle(id);
      const tookMs = performance.now() - startedAt;
      parts.telemetry.time(timings[stage], tookMs);
      if (watch !== null) note(watch, { attempts: 1, tookMs });
    },
    {
      colour: parts.colour,
      concurrency: segmentsAtOnce[stage],
      onTakenOver: (attempts) => takenOver.note(attempts),
      onFailedAttempt: (segment, attempt, error, watch) => {
        if (watch !== null) note(watch, { attempts: 1, failures: 1 });
        parts.telemetry.count("segment.failed_attempt");
        // Where this fails too, Redis is away, and so is everything that could wait.
        if (segment !== "") parts.buffer.noteFailure(segment).catch(() => undefined);
        const level = hasCode(error, "unavailable") ? "warn" : "error";
        parts.log[level]({ err: error, segment, stage, attempt }, "an attempt failed and will be repeated");
      },
    },
  );
}
