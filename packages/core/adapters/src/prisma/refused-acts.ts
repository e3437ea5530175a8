import { RefusalCount } from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";
import { recordOperation } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** What was not let happen. */
export type RefusedAct = {
  readonly action: "act.refused" | "agent.refused";
  readonly actor: Actor;
  readonly subject: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly traceId: string | null;
};

/** Writes down what was refused, up to 30 a minute of each process; then how many more there were. */
export class RefusedActs {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #count: RefusalCount;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#count = new RefusalCount(clock);
  }

  /** A refusal stands whether or not it could be written down. @returns whether it was */
  async note({ action, actor, subject, facts, traceId }: RefusedAct): Promise<boolean> {
    const passedOver = this.#count.count();
    if (passedOver === null) return false;
    const what = { action, subject, facts: { ...facts, ...(passedOver === 0 ? {} : { passedOver }) } };
    const act = { actor, reason: null, traceId };
    return recordOperation(this.#prisma, act, what, this.#clock()).then(
      () => true,
      () => false,
    );
  }
}
