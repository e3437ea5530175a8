import { z } from "zod";

/** Two releases of a service may run side by side, one of each colour. What was never released is blue. */
export const colours = ["blue", "green"] as const;
export const colourSchema = z.enum(colours);
export type Colour = z.infer<typeof colourSchema>;

/** A service's word, as `validation`: a worker's role, or `web`. */
export const serviceWordSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be a service's word");

export const workloadNameSchema = z.strictObject({ service: serviceWordSchema, colour: colourSchema });
/** All replicas of one service and colour. */
export type WorkloadName = Readonly<z.infer<typeof workloadNameSchema>>;

/** For people and keys: `validation/green`. */
export function workloadText({ service, colour }: WorkloadName): string {
  return `${service}/${colour}`;
}
