import { z } from "zod";
import { serviceReadingsSchema } from "./readings.ts";

const replicas = z.int().min(0);

/** How many replicas one service needs, and why. */
export const serviceWishSchema = z.strictObject({
  service: z.string(),
  atEpochMs: z.int(),
  readings: serviceReadingsSchema,
  /** What is wished in the end: windows, rates and bounds applied. */
  wish: replicas,
  /** What the load of now needs; null where nobody knows. */
  reactive: replicas.nullable(),
  /** What the load that is forecast needs; null where no forecast is good enough to be used. */
  forecast: replicas.nullable(),
  /** One sentence each, the weightiest first. */
  why: z.array(z.string()),
  /** False where evidence is missing or stale: then nobody may take replicas away. */
  mayLower: z.boolean(),
});

export type ServiceWish = z.infer<typeof serviceWishSchema>;

/** What all services need, as the one process tells it that holds the lease of `balance`. */
export const wishesSchema = z.strictObject({ atEpochMs: z.int(), services: z.array(serviceWishSchema) });

export type Wishes = z.infer<typeof wishesSchema>;
