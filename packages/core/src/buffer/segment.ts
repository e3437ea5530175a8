import { z } from "zod";

/**
 * How far a segment may grow. A cut takes what is there when the stage behind is free: one tap at rest,
 * up to these bounds under load.
 */
export const segmentLimits = {
  maxTaps: 1_000,
  maxBytes: 1024 * 1024,
  /** Segments on their way at once, per partition: one is prepared while full ones wait on a slow archive. */
  maxOpen: 8,
  /** Of these, before transfer. */
  maxPreparing: 1,
  /**
   * From how many on only full ones are cut, those not counted of which an attempt has failed. Every segment has a price of its own (upload, transaction), so
   * under load it is better to let them fill.
   */
  maxOpenPartial: 1,
} as const;

/** The stages of a segment's way, in order; also the names of their queues. */
export const segmentStages = ["validation", "encryption", "transfer"] as const;

export type SegmentStage = (typeof segmentStages)[number];

/** A segment on its way, without its bytes. */
export const openSegmentSchema = z.object({
  id: z.uuid(),
  /** Life of the buffer in which it was cut. */
  generation: z.string(),
  stage: z.enum(segmentStages),
  /** First and last stream entry, inclusive. */
  firstEntry: z.string(),
  lastEntry: z.string(),
  taps: z.coerce.number().int().min(1),
  cutAtEpochMs: z.coerce.number().int(),
});

export type OpenSegment = z.infer<typeof openSegmentSchema>;
