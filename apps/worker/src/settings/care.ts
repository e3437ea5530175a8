import { z } from "zod";
import { path } from "./forms.ts";

/** The care of what is archived. */
export const careSettings = {
  /** PEM paths: whose key restore drills decrypt with. Without them drills check all but what lies within the envelope. */
  TAPLINE_DRILL_CERT: path.optional(),
  TAPLINE_DRILL_KEY: path.optional(),
  /** Minutes from one restore drill to the next; 0 = none are held. */
  TAPLINE_DRILL_EVERY_MINUTES: z.coerce.number().min(0).max(527_040).default(60),
} as const;
