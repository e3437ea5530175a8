import { z } from "zod";
import { colourSchema } from "../kernel/index.ts";

/** A service's word, as `validation`: a worker's role, or `web`. */
export const serviceWordSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "must be a service's word");

export const workloadNameSchema = z.strictObject({ service: serviceWordSchema, colour: colourSchema });
/** All replicas of one service and colour. */
export type WorkloadName = Readonly<z.infer<typeof workloadNameSchema>>;

/** For people and keys: `validation/green`. */
export function workloadText({ service, colour }: WorkloadName): string {
  return `${service}/${colour}`;
}
