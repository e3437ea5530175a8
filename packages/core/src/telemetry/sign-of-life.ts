import { z } from "zod";

/** An archive that a process cannot use, and for how long. */
export const awayArchiveSchema = z.strictObject({
  /** Its name in the settings. */
  archive: z.string(),
  forMs: z.int().min(0),
  /** `unavailable`: it does not answer; `misconfigured`: it refuses us, until somebody changes something. */
  why: z.enum(["unavailable", "misconfigured"]),
});

export type AwayArchive = z.infer<typeof awayArchiveSchema>;

/** What a process says of itself now and then, however little happens: what it does, and what it cannot reach. */
export const signOfLifeSchema = z.strictObject({
  /** Worker roles. */
  roles: z.array(z.string()),
  awayArchives: z.array(awayArchiveSchema),
});

export type SignOfLife = z.infer<typeof signOfLifeSchema>;

/** How often a process gives a sign of life, ms. */
export const signOfLifeEveryMs = 2_000;
