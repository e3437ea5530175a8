import type { RunPlace, SeqPlace } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seqPlaceSchema = z.strictObject({ epoch: count, seq: count });
const runPlaceSchema = seqPlaceSchema.extend({
  archivedAtEpochMs: count.max(8.64e15),
  segment: z.uuid(),
  agent: z.string().max(63),
});

/** A place in a list as a cursor of its next page. */
export const writePlace = (place: SeqPlace | RunPlace): string => JSON.stringify(place);

/** @throws TaplineError `invalid-input` */
export const readSeqPlace = (cursor: string | null): SeqPlace | null => read(seqPlaceSchema, cursor);
/** @throws TaplineError `invalid-input` */
export const readRunPlace = (cursor: string | null): RunPlace | null => read(runPlaceSchema, cursor);

function read<Place>(schema: z.ZodType<Place>, cursor: string | null): Place | null {
  if (cursor === null) return null;
  try {
    return schema.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new TaplineError("invalid-input", "this is no place in this list", {
      remedy: "begin at its top again",
      cause,
    });
  }
}
