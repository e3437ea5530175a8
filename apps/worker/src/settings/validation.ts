import { z } from "zod";

/** What taps are taken. */
export const validationSettings = {
  /** Whether taps without a signature are taken: what release 1 of the rules is made from. Afterwards the releases say. */
  TAPLINE_UNSIGNED_TAPS: z.enum(["refuse", "accept"]).default("refuse"),
  /** Judges by this release of the rules, whichever is in force: for blue/green. */
  TAPLINE_RULES_RELEASE: z.coerce.number().int().min(1).optional(),
} as const;
