import { readFileSync } from "node:fs";
import { type AlertNotice, policyStep } from "@tapline/core/alerts";
import type { Transaction } from "../acts.ts";
import type { AlertEscalation } from "../generated/client.ts";
import { deliveryRow } from "./delivery-row.ts";

const sqlOf = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
const [writeDeliveriesSql, writeEscalationsSql] = [
  sqlOf("./write-deliveries.sql"),
  sqlOf("./write-escalations.sql"),
];

type Policy = Parameters<typeof policyStep>[0];
type OfPolicies = { readonly alertId: string; readonly policies: readonly string[] };

/**
 * What a part of a round makes. In a flood it is of thousands of alerts: gathered here, it is written for all of them at once, by statements
 * that take JSON, since a row each of Prisma's own takes longer than all of them so.
 */
export class DispatchDraft {
  readonly #now: Date;
  readonly #deliveries: ReturnType<typeof deliveryRow>[] = [];
  readonly #begun: AlertEscalation[] = [];
  readonly #resumed: OfPolicies[] = [];
  readonly #taken: Pick<AlertEscalation, "alertId" | "policy">[] = [];

  constructor(now: Date) {
    this.#now = now;
  }

  /** @param heldUntilEpochMs null: it may be sent at once */
  tell(notice: AlertNotice, channels: readonly string[], heldUntilEpochMs: number | null): void {
    for (const channel of channels)
      this.#deliveries.push(deliveryRow(notice, channel, this.#now.getTime(), heldUntilEpochMs));
  }

  /** Begins policies; one that rests goes on with the step to which it had come. */
  begin(alertId: string, policies: readonly Policy[]): void {
    for (const policy of policies) {
      const first = policyStep(policy, 0);
      if (first === null) continue;
      const dueAt = new Date(this.#now.getTime() + first.afterMs);
      this.#begun.push({ alertId, policy: policy.name, step: 0, dueAt });
    }
    if (policies.length > 0) this.#resumed.push({ alertId, policies: policies.map(({ name }) => name) });
  }

  /** A step is done with. @param next what comes after it; null: nothing */
  take({ alertId, policy }: AlertEscalation, next: Pick<AlertEscalation, "step" | "dueAt"> | null): void {
    this.#taken.push({ alertId, policy });
    if (next !== null) this.#begun.push({ alertId, policy, ...next });
  }

  async write(tx: Transaction): Promise<void> {
    if (this.#deliveries.length > 0)
      await tx.$executeRawUnsafe(writeDeliveriesSql, JSON.stringify(this.#deliveries));
    if (this.#taken.length > 0) await tx.alertEscalation.deleteMany({ where: { OR: this.#taken } });
    if (this.#begun.length > 0) await tx.$executeRawUnsafe(writeEscalationsSql, JSON.stringify(this.#begun));
    if (this.#resumed.length === 0) return;
    const resting = this.#resumed.map(({ alertId, policies }) => ({
      alertId,
      policy: { in: [...policies] },
    }));
    await tx.alertEscalation.updateMany({
      where: { dueAt: null, OR: resting },
      data: { dueAt: this.#now },
    });
  }
}
