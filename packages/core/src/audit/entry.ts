import { z } from "zod";
import { actorSchema, canonicalJson, sha256 } from "../kernel/index.ts";

/** What may be recorded: a closed list, `<subject kind>.<what happened to it>`. */
export const auditActions = [
  "segment.archived",
  "segment.refused",
  "segment.adopted",
  "segment.quarantined",
  "segment.copied",
  "segment.copy-withdrawn",
  "segment.rewraps-copied",
  "archive.repinned",
  "archive.asked",
  "archive.answered",
  "buffer.opened",
  "key.seeded",
  "key.changed",
  "key.change-asked",
  "key.change-cancelled",
  "key.rule-changed",
  "key.ending",
  "buffer.flushed",
  "caches.flushed",
  "tracker.enrolled",
  "tracker.revoked",
  "agent.token-created",
  "agent.enrolled",
  "agent.renewed",
  "agent.revoked",
  "agent.refused",
  "agent.log-asked",
  "agent.quota-spent",
  "user.first-admin",
  "user.created",
  "user.changed",
  "user.removed",
  "user.invited",
  "user.invitation-withdrawn",
  "api-token.created",
  "api-token.revoked",
  "session.started",
  "session.refused",
  "session.ended",
  "act.refused",
  "audit.erased",
  "fleet.config-made",
  "fleet.rollout-started",
  "fleet.rollout-advanced",
  "fleet.rollout-finished",
  "fleet.rollout-halted",
  "fleet.rollout-resumed",
  "fleet.rollout-aborted",
  "fleet.pinned",
  "fleet.unpinned",
  "fleet.ring-set",
  "gap.swept",
  "gap.stated",
  "hold.placed",
  "hold.released",
  "segment.missing",
  "segment.seal-refused",
  "segment.healed",
  "segment.leftovers-quarantined",
  "segment.expired",
  "segment.expiry-refused",
  "archive.rewrap-started",
  "archive.rewrapped",
  "site.set",
  "site.stated",
  "site.unbalanced",
  "restore.proven",
  "restore.sealed",
  "restore.failed",
  "rules.released",
  "rules.switched",
  "release.made",
  "release.shift-started",
  "release.shift-advanced",
  "release.shift-forced",
  "release.shift-held",
  "release.promoted",
  "release.rollback-started",
  "release.rolled-back",
  "tap.equivocation",
  "quarantine.replayed",
  "quarantine.revealed",
  "alert.raised",
  "alert.returned",
  "alert.suppressed",
  "alert.unsuppressed",
  "alert.shelf-expired",
  "alert.acknowledged",
  "alert.noted",
  "alert.shelved",
  "alert.unshelved",
  "alert.taken-out-of-service",
  "alert.returned-to-service",
  "alert.assigned",
  "alert.unassigned",
  "alert-rules.released",
  "alert-channels.released",
  "alert-channel.tested",
  "alert-maintenance.started",
  "alert-maintenance.ended",
  "handover.submitted",
  "handover.signed",
  "handover.withdrawn",
  "push-key.forgotten",
  "push-subscription.added",
  "push-subscription.removed",
  "push-subscription.renewed",
  "noops-rules.released",
  "noops.asked",
  "noops.approved",
  "noops.denied",
  "noops.expired",
  "noops.refused",
  "noops.begun",
  "noops.done",
  "noops.failed",
  "noops.undo-asked",
  "noops.mode-set",
  "noops.paused",
  "noops.resumed",
  "noops.killed",
  "noops.revived",
  "saved-view.saved",
  "saved-view.renamed",
  "saved-view.removed",
  "workload.scaled",
] as const;

const valueSchema = z.union([z.string(), z.number(), z.boolean()]);

/** What something was, or is: the parts of it that an act changed, null where it had none. */
const stateSchema = z.record(z.string(), valueSchema.nullable());

/** Entries of before 0034. They stay what they are: their bytes, and so their leaves, come out the same. */
const entryV1 = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  atEpochMs: z.int(),
  actor: actorSchema,
  action: z.enum(auditActions),
  /** `<kind>/<id>` of what was acted on. */
  subject: z.string().min(1),
  /** Why, in the actor's words; null where the action explains itself. */
  reason: z.string().nullable(),
  facts: z.record(z.string(), valueSchema),
});

const entryV2 = entryV1.extend({
  version: z.literal(2),
  /** The trace that the act belongs to (W3C Trace Context); null where none came in. */
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  /** Absent where nothing of it was there before, or nothing is told of it. */
  before: stateSchema.exactOptional(),
  after: stateSchema.exactOptional(),
  /** Salted commitments to what is kept beside the log (`commitmentTo`), hexadecimal, by field; the field itself is null then. */
  commitments: z.strictObject({ reason: z.string().regex(/^[0-9a-f]{64}$/) }).exactOptional(),
});

/** One operation: who did what to what, and why. Ids only; nothing personal beyond them. */
export const auditEntrySchema = z.discriminatedUnion("version", [entryV1, entryV2]);

/** What is written today. */
export type NewAuditEntry = z.infer<typeof entryV2>;
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/**
 * The bytes of an entry (RFC 8785) and its leaf hash SHA-256(0x00 · bytes) (RFC 9162 §2.1.1), 32 bytes.
 * @throws ZodError where a field breaks the schema: a fault of ours, never of a tap
 */
export function sealEntry(entry: AuditEntry): { bytes: Buffer; leafHash: Buffer } {
  const bytes = canonicalJson(auditEntrySchema.parse(entry));
  return { bytes, leafHash: sha256(Uint8Array.of(0), bytes) };
}

/** What says of a segment that it counts as archived: by the usual way, or found in the archive. */
export const archivalActions = [
  "segment.archived",
  "segment.adopted",
] as const satisfies AuditEntry["action"][];

export function isArchival({ action }: Pick<AuditEntry, "action">): boolean {
  return archivalActions.some((archival) => archival === action);
}

/** An entry by the bytes that its leaf was made of. @throws SyntaxError or ZodError where they are none */
export function readEntry(bytes: Uint8Array): AuditEntry {
  return auditEntrySchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

/** As `readEntry`; null where the bytes are none. */
export function readableEntry(bytes: Uint8Array): AuditEntry | null {
  try {
    return readEntry(bytes);
  } catch {
    return null;
  }
}
