import { z } from "zod";
import { type Colour, colourSchema, sha256 } from "../kernel/index.ts";

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

/** The stages of a segment's way, in order. */
export const segmentStages = ["validation", "encryption", "transfer"] as const;

export type SegmentStage = (typeof segmentStages)[number];

/** The queue of a stage's jobs for one colour. Blue keeps the plain name, under which they waited before there were two. */
export function stageQueue(stage: SegmentStage, colour: Colour): string {
  return colour === "blue" ? stage : `${stage}-${colour}`;
}

/** Segments that one process works on at once, per stage: transfer waits on the network, the others on the CPU. */
export const segmentsAtOnce: Readonly<Record<SegmentStage, number>> = {
  validation: 2,
  encryption: 2,
  transfer: 4,
};

/** Which of two releases does a stage of a segment. */
export const stageRouteSchema = z.strictObject({
  colour: colourSchema,
  /** What is seen of this stage counts as evidence under this name; null while nobody looks. */
  watch: z.string().nullable().default(null),
  /** The colour of the new release; null while nobody looks. */
  target: colourSchema.nullable().default(null),
  /** Both colours do it: the one named is compared with the other one, whose result stands. */
  both: z.boolean().default(false),
});

export type StageRoute = z.infer<typeof stageRouteSchema>;

const routesSchema = z.partialRecord(z.enum(segmentStages), stageRouteSchema);

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
  /** Of those stages that two releases share; JSON in Redis. */
  routes: z
    .string()
    .default("")
    .transform((text) => readRoutes(text)),
  /** What the colour that is compared came to in the present stage: see `both`. */
  candidate: z.string().optional(),
});

export type OpenSegment = z.infer<typeof openSegmentSchema>;

/** What a cut has made. */
export type CutSegment = Pick<OpenSegment, "taps" | "lastEntry" | "routes">;

/** @param text JSON by stage; "" where one colour does all */
export function readRoutes(text: string): z.infer<typeof routesSchema> {
  return text === "" ? {} : routesSchema.parse(JSON.parse(text));
}

/** Where a stage of a segment is done. */
export function routeOf({ routes }: Pick<OpenSegment, "routes">, stage: SegmentStage): StageRoute {
  return routes[stage] ?? { colour: "blue", watch: null, target: null, both: false };
}

/**
 * Each stage, and for it two numbers from 0 to 99 that a segment's id fixes, so that whoever draws again draws the same: of its
 * colour, and of whether both colours do it.
 */
export function drawsOf(id: string): (string | number)[] {
  return segmentStages.flatMap((stage) => {
    const digest = sha256(Buffer.from(`${id}/${stage}`));
    return [stage, digest.readUInt32BE(0) % 100, digest.readUInt32BE(4) % 100];
  });
}
