import { z } from "zod";

/** The password of whoever acts: a session alone is not enough for what harms and is not easily undone. */
export const passwordSchema = z.string().min(1).max(1_000);
