import { z } from "zod";

/** What a worker that encrypts takes the ring for. Times: ms since 1970. */
export const ringReadingSchema = z.strictObject({
  worker: z.string().min(1),
  atEpochMs: z.int(),
  /** `ringDigest` of the ring that it has read; null: none, it goes by the keys that settings name. */
  ring: z.string().nullable(),
  /** SHA-256 of the certificates that it encrypts new objects to. */
  recipients: z.array(z.string()),
  /** Active keys that it does not believe. */
  refused: z.array(z.strictObject({ certSha256: z.string(), why: z.string() })),
});

export type RingReading = z.infer<typeof ringReadingSchema>;

/** So long a reading holds that nobody renews, ms: the worker has ended, or cannot tell. */
export const readingHoldsMs = 30_000;
