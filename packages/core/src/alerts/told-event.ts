import { z } from "zod";
import { scopeKey } from "../kpi/index.ts";
import { alertSchema } from "./alert.ts";
import type { EventContext } from "./life-cycle.ts";

/** What an id of version 7 can name (RFC 9562 §5.7). */
const at = z
  .int()
  .min(0)
  .max(2 ** 48 - 1);
const { ruleId, scopeKey: key } = alertSchema.shape;
const cause = z.strictObject({ ruleId, scopeKey: key });

const eventSchema = z.discriminatedUnion("kind", [
  alertSchema
    .pick({
      ...{ ruleId: true, release: true, scope: true, severity: true, message: true, unit: true },
      ...{ value: true, limit: true, group: true, firstOut: true },
    })
    .extend({
      kind: z.literal("raise"),
      ...{ suppressedBy: cause.nullable(), breachedAtEpochMs: at },
    }),
  z.strictObject({
    kind: z.literal("clear"),
    value: z.number().nullable(),
    peakValue: z.number().nullable(),
    note: z.string().max(1_000).nullable(),
    ofBreachAtEpochMs: at.exactOptional(),
  }),
  z.strictObject({
    ...{ kind: z.literal("suppress"), suppressedBy: cause },
    group: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("unsuppress") }),
  z.strictObject({ kind: z.literal("tick") }),
]);

/** Who watches. What people do is recorded where they do it: nothing of theirs is kept to be told anew. */
const watch = z.strictObject({ kind: z.literal("job"), id: z.literal("alerts") });

const toldEventSchema = z
  .strictObject({
    ruleId,
    scopeKey: key,
    event: eventSchema,
    context: z.strictObject({ atEpochMs: at, actor: watch }),
  })
  .refine(
    (told) =>
      told.event.kind !== "raise" ||
      (told.event.ruleId === told.ruleId && scopeKey(told.event.scope) === told.scopeKey),
    "what is raised must be of that rule and place",
  );

const writesSchema = z.array(z.array(toldEventSchema).min(1));

/** What a watch was told of one rule in one place, to be told anew by another process. */
export type ToldEvent = Omit<z.infer<typeof toldEventSchema>, "context"> & { readonly context: EventContext };

/** As `parseUnrecorded` reads it. @param writes one list for each write */
export const unrecordedText = (writes: readonly (readonly ToldEvent[])[]): string => JSON.stringify(writes);

/** @throws where it is none, such as that of another version, or what no watch ever kept */
export function parseUnrecorded(text: string): ToldEvent[][] {
  return writesSchema.parse(JSON.parse(text));
}
