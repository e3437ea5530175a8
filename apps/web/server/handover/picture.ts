import { severities } from "@tapline/core/alerts";
import { z } from "zod";

const at = z.int();

/** An alert as a handover tells of it. */
const alertLine = z.strictObject({
  id: z.string(),
  message: z.string(),
  severity: z.enum(severities),
  /** As in `Alert`. */
  state: z.string(),
  place: z.string(),
  raisedAtEpochMs: at,
  /** Id of the person who sees to it. */
  assignee: z.string().nullable(),
  /** Until when it is shelved. */
  untilEpochMs: at.nullable(),
});

const actLine = z.strictObject({
  atEpochMs: at,
  action: z.string(),
  subject: z.string(),
  reason: z.string().nullable(),
});

/** How everything stood at one moment, and what was done in the shift: what a handover is made of, and kept with. */
export const handoverPictureSchema = z.strictObject({
  format: z.literal("tapline-handover/1"),
  atEpochMs: at,
  /** When the shift began. */
  sinceEpochMs: at,
  open: z.array(alertLine),
  shelved: z.array(alertLine),
  /** Suppressed, and out of service. */
  held: z.array(alertLine),
  /** So many alerts are not named, since there are too many. */
  unnamedAlerts: z.int(),
  /** By person, who acted last first; a person's newest act first. */
  acts: z.array(z.strictObject({ personId: z.string(), acts: z.array(actLine) })),
  /** There were more acts than are named. */
  hasMoreActs: z.boolean(),
  maintenance: z.array(
    z.strictObject({
      ...{ id: z.string(), sites: z.array(z.string()), rules: z.array(z.string()) },
      ...{ endsAtEpochMs: at, startedBy: z.string(), reason: z.string() },
    }),
  ),
  agentsAway: z.array(z.strictObject({ id: z.string(), site: z.string(), seenAtEpochMs: at })),
  archives: z.array(
    z.strictObject({
      archive: z.string(),
      lastStoredEpochMs: at.nullable(),
      /** Segments that it lacks. */
      waiting: z.int(),
      /** Since when it cannot be used; null: it can, as far as anybody says. */
      awaySinceEpochMs: at.nullable(),
    }),
  ),
  /** When it was last proven that the archive can be restored. */
  restoreProvenEpochMs: at.nullable(),
  /** What could not be read. */
  unknown: z.array(z.string()),
});

export type HandoverPicture = z.infer<typeof handoverPictureSchema>;
