import { z } from "zod";

/**
 * Who acts: a closed union, so that no record ever says "unknown".
 * `operator` is a person signed in to the console, `agent` a reader PC known by its certificate,
 * `job` one of our services, `rule` a NoOps rule.
 */
export const actorSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("operator"), id: z.string().min(1) }),
  z.strictObject({ kind: z.literal("agent"), id: z.string().min(1) }),
  z.strictObject({ kind: z.literal("job"), id: z.string().min(1) }),
  z.strictObject({ kind: z.literal("rule"), id: z.string().min(1) }),
]);

export type Actor = z.infer<typeof actorSchema>;
