import type { VerdictHint } from "@tapline/adapters/redis";
import {
  StreamAckLevel as AckLevel,
  type AgentDirective,
  type AgentMessage,
  type LogWanted,
  type Receipt,
  type ServerMessage,
} from "@tapline/core/tap";
import type { CheckedTap } from "../check-taps.ts";

type Case<Name extends string, Message> =
  Extract<NonNullable<Message>, { $case: Name }> extends {
    value: infer Value;
  }
    ? Value
    : never;

/** Messages of an agent. */
export type Hello = Case<"hello", AgentMessage["message"]>;
export type Taps = Case<"taps", AgentMessage["message"]>;
export type Report = Case<"report", AgentMessage["message"]>;
export type LogLines = Case<"log", AgentMessage["message"]>;

type ProtoReceipt = Case<"receipts", ServerMessage["message"]>["receipts"][number];

const levels: Readonly<Record<Receipt["level"], AckLevel>> = {
  accepted: AckLevel.ACK_LEVEL_ACCEPTED,
  durable: AckLevel.ACK_LEVEL_DURABLE,
  archived: AckLevel.ACK_LEVEL_ARCHIVED,
  proven: AckLevel.ACK_LEVEL_PROVEN,
};

/** The highest rung of the ack ladder that this server reaches. */
const highestLevel = AckLevel.ACK_LEVEL_ARCHIVED;

export function welcome(generation: string | null): ServerMessage {
  return { message: { $case: "welcome", value: { generation: generation ?? "", highestLevel } } };
}

export function credits(taps: number): ServerMessage {
  return { message: { $case: "credits", value: { taps } } };
}

export function generationChanged(generation: string): ServerMessage {
  return { message: { $case: "generation", value: { generation } } };
}

export function directiveMessage(directive: AgentDirective): ServerMessage {
  return { message: { $case: "directive", value: { directive: JSON.stringify(directive) } } };
}

export function logWanted(value: LogWanted): ServerMessage {
  return { message: { $case: "logWanted", value } };
}

export function reportAnswer(
  sentAtEpochMs: number,
  receivedAtEpochMs: number,
  answeredAtEpochMs: number,
): ServerMessage {
  const value = { sentAtEpochMs, receivedAtEpochMs, answeredAtEpochMs };
  return { message: { $case: "reportAnswer", value } };
}

/** @param checked the taps of the batch, in order */
export function ack(
  batch: number,
  level: "accepted" | "durable",
  generation: string,
  checked: readonly CheckedTap[],
): ServerMessage {
  const refused = checked.flatMap((one, index) => {
    if (one.ok) return [];
    const { status, type, detail, field = "" } = one.problem;
    return { index, status, type, detail, field };
  });
  return { message: { $case: "ack", value: { batch, level: levels[level], generation, refused } } };
}

export function verdicts({ epoch, accepted, duplicate, rejected }: VerdictHint): ServerMessage {
  return { message: { $case: "verdicts", value: { epoch, accepted, duplicate, rejected } } };
}

export function receiptsMessage(next: string, receipts: readonly Receipt[]): ServerMessage {
  return { message: { $case: "receipts", value: { next, receipts: receipts.map(protoReceipt) } } };
}

/** One receipt, its taps grouped by the segment that holds them. */
function protoReceipt({ epoch, level, atEpochMs, verdicts: told }: Receipt): ProtoReceipt {
  const bySegment = { archived: new Map<string, number[]>(), duplicate: new Map<string, number[]>() };
  const rejected: ProtoReceipt["rejected"] = [];
  for (const verdict of told) {
    if (verdict.verdict === "rejected") {
      const { seq, reason, detail } = verdict;
      rejected.push({ seq, reason, detail });
      continue;
    }
    const groups = bySegment[verdict.verdict];
    const segment = verdict.segment ?? "";
    const seqs = groups.get(segment);
    if (seqs === undefined) groups.set(segment, [verdict.seq]);
    else seqs.push(verdict.seq);
  }
  const list = (groups: ReadonlyMap<string, number[]>) =>
    [...groups].map(([segment, seqs]) => ({ segment, seqs }));
  return {
    epoch,
    level: levels[level],
    atEpochMs,
    archived: list(bySegment.archived),
    duplicate: list(bySegment.duplicate),
    rejected,
  };
}
