import type { AuditEntry } from "./entry.ts";

type Action = AuditEntry["action"];

const rolloutSteps = ["fleet.rollout-advanced", "fleet.rollout-finished"] as const;
const drillEnds = ["restore.proven", "restore.sealed", "restore.failed"] as const;

/**
 * Every verb of the house that acts, and what it writes into the audit log, at least one of them each time: commands as they are
 * typed, mutations of the console's API, paths of its sign-in, routes of the agents' door and whom it lets in,
 * and jobs by the id under which they act.
 */
export const actingVerbs = {
  "tapline alerts ack": ["alert.acknowledged"],
  "tapline alerts shelve": ["alert.shelved"],
  "tapline alerts unshelve": ["alert.unshelved"],
  "tapline alerts out-of-service": ["alert.taken-out-of-service"],
  "tapline alerts return": ["alert.returned-to-service"],
  "tapline alerts comment": ["alert.noted"],
  "tapline alerts assign": ["alert.assigned", "alert.unassigned"],
  "tapline alerts apply": ["alert-rules.released"],
  "tapline alerts channel release": ["alert-channels.released"],
  "tapline alerts channel test": ["alert-channel.tested"],
  "tapline alerts channel forget-push-key": ["push-key.forgotten", "push-subscription.removed"],
  "tapline alerts maintenance start": ["alert-maintenance.started"],
  "tapline alerts maintenance end": ["alert-maintenance.ended"],
  "tapline agent token": ["agent.token-created"],
  "tapline agent set-site": ["site.set"],
  "tapline agent revoke": ["agent.revoked"],
  "tapline archive reindex": ["segment.adopted", "buffer.opened"],
  "tapline archive drill": drillEnds,
  "tapline archive hold place": ["hold.placed"],
  "tapline archive hold release": ["hold.released"],
  "tapline archive expire": ["segment.expired", "segment.expiry-refused"],
  "tapline archive reconcile": ["segment.adopted", "segment.missing", "segment.healed"],
  "tapline archive rewrap": ["archive.rewrap-started", "archive.rewrapped"],
  "tapline archive repin": ["archive.repinned"],
  "tapline audit erase": ["audit.erased"],
  "tapline buffer flush": ["buffer.flushed"],
  "tapline fleet config set": ["fleet.config-made"],
  "tapline fleet rollout start": ["fleet.rollout-started"],
  "tapline fleet rollout advance": rolloutSteps,
  "tapline fleet rollout halt": ["fleet.rollout-halted"],
  "tapline fleet rollout resume": ["fleet.rollout-resumed"],
  "tapline fleet rollout abort": ["fleet.rollout-aborted"],
  "tapline fleet pin": ["fleet.pinned"],
  "tapline fleet unpin": ["fleet.unpinned"],
  "tapline fleet ring": ["fleet.ring-set"],
  "tapline gap statement": ["gap.stated"],
  "tapline key add": ["key.changed"],
  "tapline key activate": ["key.changed"],
  "tapline key retire": ["key.changed"],
  "tapline key revoke": ["key.changed"],
  "tapline key rotate": ["key.changed"],
  "tapline quarantine show": ["quarantine.revealed"],
  "tapline quarantine replay": ["quarantine.replayed"],
  "tapline rules release": ["rules.released"],
  "tapline rules switch": ["rules.switched"],
  "tapline tracker import": ["tracker.enrolled"],
  "tapline tracker enrol": ["tracker.enrolled"],
  "tapline tracker revoke": ["tracker.revoked"],

  "console agent.createToken": ["agent.token-created", "act.refused"],
  "console agent.revoke": ["agent.revoked", "act.refused"],
  "console fleet.pin": ["fleet.pinned", "act.refused"],
  "console fleet.unpin": ["fleet.unpinned", "act.refused"],
  "console tracker.enrol": ["tracker.enrolled", "act.refused"],
  "console tracker.revoke": ["tracker.revoked", "act.refused"],
  "console alerts.acknowledge": ["alert.acknowledged", "act.refused"],
  "console alerts.shelve": ["alert.shelved", "act.refused"],
  "console alerts.unshelve": ["alert.unshelved", "act.refused"],
  "console alerts.takeOutOfService": ["alert.taken-out-of-service", "act.refused"],
  "console alerts.returnToService": ["alert.returned-to-service", "act.refused"],
  "console alerts.note": ["alert.noted", "act.refused"],
  "console alerts.assign": ["alert.assigned", "alert.unassigned", "act.refused"],
  "console alertChannels.test": ["alert-channel.tested", "act.refused"],
  "console alertMaintenance.start": ["alert-maintenance.started", "act.refused"],
  "console alertMaintenance.end": ["alert-maintenance.ended", "act.refused"],
  "console push.subscribe": ["push-subscription.added", "push-subscription.removed", "act.refused"],
  "console push.renew": ["push-subscription.renewed", "act.refused"],
  "console push.unsubscribe": ["push-subscription.removed"],
  "console you.endSession": ["session.ended", "push-subscription.removed"],
  "console you.endOtherSessions": ["session.ended", "push-subscription.removed"],
  "console keys.preview": ["act.refused"],
  "console keys.change": ["key.changed", "key.change-asked", "key.rule-changed", "act.refused"],
  "console keys.approve": ["key.changed", "key.rule-changed", "act.refused"],
  "console keys.cancel": ["key.change-cancelled", "act.refused"],
  "console acknowledge-link": ["alert.acknowledged"],
  "console sign-in": ["session.started", "session.refused"],
  "console sign-out": ["session.ended", "push-subscription.removed"],
  "console people": [
    "act.refused",
    "user.first-admin",
    "user.created",
    "user.changed",
    "user.removed",
    "push-subscription.removed",
  ],

  "door admission": ["agent.refused"],
  "door POST /v1/enrol": ["agent.enrolled", "agent.refused"],
  "door POST /v1/renew": ["agent.renewed", "agent.refused"],

  "job alerts": [
    ...["alert.raised", "alert.returned", "alert.suppressed", "alert.unsuppressed", "alert.shelf-expired"],
    ...["alert-rules.released", "push-subscription.removed"],
  ],
  "job audit": [...["gap.swept", "gap.stated", "site.stated", "site.unbalanced", "key.ending"], ...drillEnds],
  "job buffer": ["buffer.opened"],
  "job encryption": ["key.seeded"],
  "job key-rotation": ["key.changed"],
  "job reconcile": [
    ...["segment.adopted", "segment.copied", "segment.copy-withdrawn", "segment.rewraps-copied"],
    ...["segment.missing", "segment.healed", "segment.leftovers-quarantined"],
  ],
  "job transfer": [
    ...["segment.archived", "segment.refused", "segment.quarantined", "segment.seal-refused"],
    ...["tap.equivocation", "agent.quota-spent"],
  ],
  "job validation": ["rules.released"],
} as const satisfies Readonly<Record<string, readonly Action[]>>;

/** Verbs of one kind, without its name: `tapline`, `console`, `door` or `job`. */
export function verbsOf(kind: "tapline" | "console" | "door" | "job"): string[] {
  return Object.keys(actingVerbs).flatMap((verb) =>
    verb.startsWith(`${kind} `) ? [verb.slice(kind.length + 1)] : [],
  );
}
