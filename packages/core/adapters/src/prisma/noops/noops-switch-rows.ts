import { randomBytes } from "node:crypto";
import { uuidV7 } from "@tapline/core/kernel";
import type { Act, Transaction } from "../acts.ts";
import type { Prisma } from "../generated/client.ts";

/** One thing that people set. */
export type NewSwitch = {
  readonly kind: "kill" | "pause" | "mode";
  readonly subject: string;
  readonly value: Prisma.InputJsonObject;
  readonly untilEpochMs?: number | null;
};

export async function setSwitch(tx: Transaction, set: NewSwitch, act: Act, atEpochMs: number): Promise<void> {
  const { kind, subject, value, untilEpochMs } = set;
  await tx.noopsSwitch.create({
    data: {
      ...{ id: uuidV7(atEpochMs, randomBytes), kind, subject, value, setAt: new Date(atEpochMs) },
      ...{ setBy: act.actor.id, reason: act.reason },
      until: untilEpochMs ? new Date(untilEpochMs) : null,
    },
  });
}

/** What is set of that kind for that subject counts no more. */
export async function endSwitch(
  tx: Transaction,
  kind: string,
  subject: string,
  atEpochMs: number,
): Promise<void> {
  const data = { endedAt: new Date(atEpochMs) };
  await tx.noopsSwitch.updateMany({ where: { kind, subject, endedAt: null }, data });
}
