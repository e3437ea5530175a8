import { z } from "zod";
import { actorSchema } from "../kernel/index.ts";
import { alertSchema } from "./alert.ts";

const at = z.int();
const cause = alertSchema.shape.suppressedBy.unwrap();

const eventSchema = z.discriminatedUnion("kind", [
  alertSchema
    .pick({
      ...{ ruleId: true, release: true, scope: true, severity: true, message: true, unit: true },
      ...{ value: true, limit: true, group: true, firstOut: true, suppressedBy: true },
      breachedAtEpochMs: true,
    })
    .extend({ kind: z.literal("raise") }),
  z.strictObject({
    kind: z.literal("clear"),
    value: z.number().nullable(),
    peakValue: z.number().nullable(),
    note: z.string().nullable(),
    ofBreachAtEpochMs: at.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("suppress"), suppressedBy: cause }),
  z.strictObject({ kind: z.literal("unsuppress") }),
  z.strictObject({ kind: z.literal("tick") }),
]);

const toldEventSchema = z.strictObject({
  ruleId: z.string().min(1),
  scopeKey: z.string(),
  event: eventSchema,
  context: z.strictObject({ atEpochMs: at, actor: actorSchema }),
});

const writesSchema = z.array(z.array(toldEventSchema).min(1));

/** What a watch was told of one rule in one place, to be told anew by another process. */
export type ToldEvent = z.infer<typeof toldEventSchema>;

/** As `parseUnrecorded` reads it. @param writes one list for each write */
export const unrecordedText = (writes: readonly (readonly ToldEvent[])[]): string => JSON.stringify(writes);

/** @throws where it is none, such as that of another version */
export function parseUnrecorded(text: string): ToldEvent[][] {
  return writesSchema.parse(JSON.parse(text));
}
