import { z } from "zod";

/** A time that people ask for, ms since 1970: what a Date can be (ECMA-262, "Time Values and Time Range"). */
export const instantSchema: z.ZodInt = z.int().min(0).max(8_640_000_000_000_000);
