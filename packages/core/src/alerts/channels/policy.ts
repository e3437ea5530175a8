import { z } from "zod";
import { routeName } from "./channel.ts";

/** Step after step while nobody has acknowledged. */
export const policySchema = z
  .strictObject({
    name: routeName,
    steps: z
      .array(
        z.strictObject({
          /** Since the alert called; each step's is later than the last one's. */
          afterMinutes: z
            .int()
            .min(0)
            .max(7 * 24 * 60),
          /** Channels, and schedules: whoever is on duty when the step comes. */
          tell: z.array(routeName).min(1),
        }),
      )
      .min(1)
      .max(20),
    /** How often the last step is told again until somebody acknowledges. Without it the last step is the end. */
    repeatMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .exactOptional(),
  })
  .refine(
    ({ steps }) => steps.every((step, i) => i === 0 || step.afterMinutes > (steps[i - 1]?.afterMinutes ?? 0)),
    { path: ["steps"], message: "each step comes later than the one before it" },
  );

export type Policy = z.infer<typeof policySchema>;

const minuteMs = 60_000;

/** The `n`th step of a policy, from 0. */
export type PolicyStep = { readonly tell: readonly string[]; readonly afterMs: number };

/** Null where the policy has come to its end before. Times count from the call. */
export function policyStep({ steps, repeatMinutes }: Policy, n: number): PolicyStep | null {
  const named = steps[n];
  if (named !== undefined) return { tell: named.tell, afterMs: named.afterMinutes * minuteMs };
  const last = steps.at(-1);
  if (last === undefined || repeatMinutes === undefined) return null;
  const again = (n - steps.length + 1) * repeatMinutes;
  return { tell: last.tell, afterMs: (last.afterMinutes + again) * minuteMs };
}
