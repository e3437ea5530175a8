import { z } from "zod";
import { rejectReasons } from "../tap/index.ts";

/**
 * What validation says of each tap of a segment, in the segment's order. Kept beside the open segment, so
 * that the later stages, and validation itself when run again, act on one and the same answer.
 *
 * - `accepted`: goes into this segment's object.
 * - `duplicate`: the same packet lies, or will lie, in `segment`.
 * - `redelivered`: this very tap was taken before and is on its way in another segment, which will answer.
 * - `archived`: this very tap was taken before and lies in `segment`; only its receipt was lost.
 * - `rejected`: goes to quarantine.
 */
export const tapVerdictSchema = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("accepted") }),
  z.strictObject({ is: z.literal("duplicate"), segment: z.string() }),
  z.strictObject({ is: z.literal("redelivered"), segment: z.string() }),
  z.strictObject({ is: z.literal("archived"), segment: z.string() }),
  z.strictObject({
    is: z.literal("rejected"),
    reason: z.enum(rejectReasons),
    detail: z.string(),
    /** The release of the rules by which it was judged. */
    rules: z.int().min(0),
    /** For `equivocation`: the segment that has the number's first content, and 8 bytes of that content's SHA-256. */
    first: z.strictObject({ segment: z.string(), digest: z.string() }).optional(),
  }),
]);

export type TapVerdict = z.infer<typeof tapVerdictSchema>;

export const segmentVerdictsSchema = z.array(tapVerdictSchema);
