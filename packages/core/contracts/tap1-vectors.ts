import { z } from "zod";

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const count = z.int().min(0);

/** A tap as `Tap` of the room `tap` has it. */
const tapSchema = z.strictObject({
  trackerId: hex,
  seq: count,
  epoch: count,
  t0EpochS: count,
  samples: z.array(z.tuple([count, count, count])),
  batteryPercent: count,
  uptimeS: count,
  part: z.strictObject({ index: count, of: count }).optional(),
});

/** `tap1-vectors.json`: what any reader or writer of tap/1 must do; docs/tap-format.md tells how to use it. */
export const tap1VectorsSchema = z.strictObject({
  format: z.literal("tap/1"),
  about: z.string(),
  /** Test keys, known to everybody: never for real trackers. */
  keys: z.array(
    z.strictObject({ name: z.string(), source: z.string(), seed: hex, publicKey: hex, kid: hex }),
  ),
  /** Messages to be taken. `key` is null for an unsigned one; with it, `toBeSigned` and `signature` are there. */
  valid: z.array(
    z.strictObject({
      name: z.string(),
      message: hex,
      tap: tapSchema,
      key: z.string().nullable(),
      toBeSigned: hex.optional(),
      signature: hex.optional(),
    }),
  ),
  /** Messages of the right form whose signature does not fit `key`, the one that their kid names. */
  forged: z.array(z.strictObject({ name: z.string(), message: hex, key: z.string() })),
  /** Messages to be refused for `reason`; `fault` is its closer name where the reason is `malformed-ndef`. */
  invalid: z.array(
    z.strictObject({ name: z.string(), message: hex, reason: z.string(), fault: z.string().optional() }),
  ),
});

export type Tap1Vectors = z.infer<typeof tap1VectorsSchema>;
