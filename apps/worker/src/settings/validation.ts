import { z } from "zod";

/** What taps are taken. */
export const validationSettings = {
  /** Whether taps without a signature are taken. */
  TAPLINE_UNSIGNED_TAPS: z.enum(["refuse", "accept"]).default("refuse"),
} as const;
