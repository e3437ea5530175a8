import {
  type AckLevel,
  ackLevels,
  type RejectReason,
  rejectReasons,
  type ServerMessage,
  StreamAckLevel,
} from "@tapline/core/tap";
import type { Hints, LinkReceipt, Refusal } from "./link.ts";

type Message<Case> = Extract<NonNullable<ServerMessage["message"]>, { $case: Case }>["value"];

const levels = new Map<StreamAckLevel, AckLevel>([
  [StreamAckLevel.ACK_LEVEL_ACCEPTED, "accepted"],
  [StreamAckLevel.ACK_LEVEL_DURABLE, "durable"],
  [StreamAckLevel.ACK_LEVEL_ARCHIVED, "archived"],
  [StreamAckLevel.ACK_LEVEL_PROVEN, "proven"],
]);

/** The rung of the ladder; one that we do not know counts as the lowest, which promises least. */
export function levelOf(level: StreamAckLevel): AckLevel {
  return levels.get(level) ?? ackLevels[0];
}

/** A reason that we know; null for one of a newer server. */
function reasonOf(reason: string): RejectReason | null {
  return rejectReasons.find((known) => known === reason) ?? null;
}

export function receiptsOf({ receipts }: Message<"receipts">): LinkReceipt[] {
  return receipts.map(({ epoch, level, atEpochMs, archived, duplicate, rejected }) => ({
    epoch,
    level: levelOf(level),
    atEpochMs,
    verdicts: [
      ...archived.flatMap(({ segment, seqs }) =>
        seqs.map((seq) => ({ seq, verdict: "archived" as const, segment })),
      ),
      ...duplicate.flatMap(({ segment, seqs }) =>
        seqs.map((seq) => ({ seq, verdict: "duplicate" as const, segment: segment || null })),
      ),
      ...rejected.map(({ seq, reason, detail }) => ({
        seq,
        verdict: "rejected" as const,
        reason: reasonOf(reason),
        detail,
      })),
    ],
  }));
}

export function hintsOf({ epoch, accepted, duplicate, rejected }: Message<"verdicts">): Hints {
  return {
    epoch,
    accepted,
    duplicate,
    rejected: rejected.map(({ seq, reason, detail }) => ({ seq, reason: reasonOf(reason), detail })),
  };
}

export function refusalsOf({ refused }: Message<"ack">): Refusal[] {
  return refused.map(({ index, status, type, detail, field }) => ({
    index,
    status,
    problem: type,
    detail,
    field: field || null,
  }));
}
