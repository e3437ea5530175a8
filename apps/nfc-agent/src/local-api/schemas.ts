import { z } from "zod";
import { readerSchema } from "../status/index.ts";
import { tapSchema, tapStatuses } from "./tap-log.ts";

/** A whole number in a path or query. */
export const number = z.coerce.number().int();

/** Query of `GET /v1/readers`. */
export const readersQuerySchema = z.strictObject({
  limit: number.min(1).max(1000).default(100),
  after: z.string().max(128).default(""),
});

/** Query of `GET /v1/taps`. */
export const tapsQuerySchema = z.strictObject({
  limit: number.min(1).max(500).default(50),
  /** Only taps with smaller numbers: `next` of the page before. */
  before: number.min(1).optional(),
  status: z.enum(tapStatuses).optional(),
  reader: z.string().max(128).optional(),
});

/** Query of `GET /v1/taps/{seq}`. */
export const tapQuerySchema = z.strictObject({ raw: z.enum(["0", "1"]).default("0") });

/** `next`: the name to go on after; null where there is no more. */
export const readerPageSchema = z.strictObject({
  readers: z.array(readerSchema),
  next: z.string().nullable(),
});

/** `next`: the number to go on before; null where there is no more. */
export const tapPageSchema = z.strictObject({
  epoch: z.int(),
  taps: z.array(tapSchema),
  next: z.int().nullable(),
});

/** `raw` in base64 where it was asked for; null where this agent keeps it no more. */
export const oneTapSchema = tapSchema.extend({ epoch: z.int(), raw: z.base64().nullable().optional() });
