import { z } from "zod";
import { path } from "./forms.ts";

/** The care of what is archived. */
export const careSettings = {
  /** A folder of recipients' keys, NAME.crt beside NAME.key, that restore drills decrypt with: also those of rotations to come. */
  TAPLINE_DRILL_KEYS: path.optional(),
  /** PEM paths: one recipient more. Without keys drills check all but what lies within the envelope. */
  TAPLINE_DRILL_CERT: path.optional(),
  TAPLINE_DRILL_KEY: path.optional(),
  /** Minutes from one restore drill to the next; 0 = none are held. */
  TAPLINE_DRILL_EVERY_MINUTES: z.coerce.number().min(0).max(527_040).default(60),
  /** Minutes from one comparison of archives, index and buffer to the next; 0 = none. */
  TAPLINE_RECONCILE_EVERY_MINUTES: z.coerce.number().min(0).max(10_080).default(10),
  /** Hours after which files without a manifest, of which nothing is under way, go to quarantine. */
  TAPLINE_LEFTOVER_HOURS: z.coerce.number().min(1).max(8_784).default(24),
} as const;
