import { z } from "zod";
import { actuatorActSchema } from "./actuator-act.ts";
import { type RefusalKind, refusalKinds } from "./refusal.ts";

/** What a client of the supervisor of `npm start` sends: an act and its terms. */
export const actRequestSchema = z.strictObject({
  act: actuatorActSchema,
  fence: z.number().int().min(0).nullable(),
  revision: z.string().optional(),
  reason: z.string().min(1).max(2_000),
});
export type ActRequest = z.infer<typeof actRequestSchema>;

/** … or that what rolls is to stop. */
export const haltRequestSchema = actRequestSchema.pick({ fence: true, reason: true });
export type HaltRequest = z.infer<typeof haltRequestSchema>;

/** What it answers: the revision after the act … */
export const actAnswerSchema = z.object({ revision: z.string() });

/** … or why nothing was done. */
export const actRefusalSchema = z.object({
  refusal: z.enum(refusalKinds as readonly [RefusalKind, ...RefusalKind[]]).nullable(),
  message: z.string(),
  remedy: z.string().nullable(),
});
