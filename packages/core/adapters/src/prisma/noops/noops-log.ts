import { TaplineError } from "@tapline/core/kernel";
import { type ActState, type Decision, type NoopsSwitches, wordsOf } from "@tapline/core/noops";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { NoopsDecision, PrismaClient } from "../generated/client.ts";
import { assertHeld } from "./noops-lease.ts";
import { decisionOf, findDecision, lockDecision, putDecision, readSwitches, rowOf } from "./noops-rows.ts";

/** What came to nothing is kept for so long, ms. */
const idleKeptMs = 30 * 24 * 3_600_000;

/** What an act changed, once it is done, or why it is not. */
export type ActEnd =
  | {
      readonly is: "done";
      readonly before: ActState;
      readonly after: ActState;
      readonly undoUntilEpochMs: number | null;
    }
  | { readonly is: "failed"; readonly error: string; readonly before: ActState | null };

/** The flight recorder, as who decides writes it: under the lease, or not at all. */
export class NoopsLog {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  async switches(): Promise<NoopsSwitches> {
    return await readSwitches(this.#prisma, this.#clock());
  }

  /** Whose acts began since then, or are under way or waited for: what guards go by. */
  async recent(sinceEpochMs: number): Promise<Decision[]> {
    const rows = await this.#prisma.noopsDecision.findMany({
      where: {
        OR: [{ begunAt: { gte: new Date(sinceEpochMs) } }, { state: { in: ["acting", "waiting-approval"] } }],
      },
      orderBy: { id: "asc" },
    });
    return rows.map(decisionOf);
  }

  /** @throws TaplineError `not-found` */
  async find(id: string): Promise<Decision> {
    return await findDecision(this.#prisma, id);
  }

  /** The last decision of each rule and target since then. */
  async latest(sinceEpochMs: number): Promise<Decision[]> {
    const rows = await this.#prisma.$queryRaw<Pick<NoopsDecision, "body">[]>`
      SELECT DISTINCT ON (rule_id, target) body FROM noops_decision
      WHERE last_at >= ${new Date(sinceEpochMs)} ORDER BY rule_id, target, id DESC`;
    return rows.map(decisionOf);
  }

  /** Adds a decision that is new; one that a guard refused, or that asks, with an audit entry. */
  async add(decision: Decision, fence: number): Promise<void> {
    await this.#step(fence, async (tx) => {
      await tx.noopsDecision.create({ data: rowOf(decision) });
      if (decision.state === "refused")
        await this.#record(tx, decision, "noops.refused", refusalOf(decision));
      if (decision.state === "waiting-approval") await this.#record(tx, decision, "noops.asked", {});
    });
  }

  /** Counts the same decision again. */
  async again({ id, lastAtEpochMs, times, ...decision }: Decision, fence: number): Promise<void> {
    await this.#step(fence, async (tx) => {
      const kept = await lockDecision(tx, id);
      const { evidence, guards } = decision;
      await putDecision(tx, { ...kept, evidence, guards, lastAtEpochMs, times });
    });
  }

  /**
   * Says that an act begins. From here on it counts for cool-downs and budgets, whatever becomes of it.
   * @param decision a new one, or one that waited and was approved
   * @throws TaplineError `conflict` where the lease is over, or it does not wait any more
   */
  async begin(decision: Decision, fence: number): Promise<Decision> {
    return await this.#step(fence, async (tx) => {
      const acting: Decision = { ...decision, state: "acting", fence, begunAtEpochMs: this.#clock() };
      if (decision.state === "waiting-approval") {
        const kept = await lockDecision(tx, decision.id);
        if (kept.state !== "waiting-approval")
          throw new TaplineError(
            "conflict",
            `decision ${decision.id} does not wait any more: it is ${kept.state}`,
          );
        await putDecision(tx, acting);
      } else await tx.noopsDecision.create({ data: rowOf(acting) });
      await this.#record(tx, acting, "noops.begun", { fence });
      return acting;
    });
  }

  /** Says what came of an act. It was done, or not, whoever has the lease by now. */
  async end(id: string, end: ActEnd): Promise<Decision> {
    return await this.#prisma.$transaction(async (tx) => {
      const acting = await lockDecision(tx, id);
      if (acting.state !== "acting") return acting;
      const { is, ...told } = end;
      const ended: Decision = { ...acting, state: is, endedAtEpochMs: this.#clock(), ...told };
      await putDecision(tx, ended);
      if (ended.undoes !== null) await settleUndone(tx, ended.undoes, is === "done");
      const failed = end.is === "failed" ? { error: end.error.slice(0, 500) } : {};
      const change = end.is === "done" ? { before: end.before, after: end.after } : {};
      await this.#record(tx, ended, is === "done" ? "noops.done" : "noops.failed", failed, change);
      return ended;
    });
  }

  /** Ends what waited in vain: for an answer that did not come, or for a guard that says no by now. */
  async close(id: string, state: "expired" | "refused", says: string, fence: number): Promise<void> {
    await this.#step(fence, async (tx) => {
      const waiting = await lockDecision(tx, id);
      if (waiting.state !== "waiting-approval") return;
      const ended: Decision = { ...waiting, state, says, endedAtEpochMs: this.#clock() };
      await putDecision(tx, ended);
      if (ended.undoes !== null) await settleUndone(tx, ended.undoes, false);
      await this.#record(tx, ended, state === "expired" ? "noops.expired" : "noops.refused", {
        says: says.slice(0, 500),
      });
    });
  }

  /** Forgets what came to nothing long ago. */
  async prune(): Promise<void> {
    const lastAt = { lt: new Date(this.#clock() - idleKeptMs) };
    await this.#prisma.noopsDecision.deleteMany({
      where: { lastAt, begunAt: null, state: { in: ["none", "dry-run", "refused"] } },
    });
  }

  async #step<Result>(fence: number, change: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return await this.#prisma.$transaction(async (tx) => {
      await assertHeld(tx, fence);
      return await change(tx);
    });
  }

  async #record(
    tx: Transaction,
    { id, ruleId, target, act, preview, word }: Decision,
    action: Parameters<typeof recordAct>[2]["action"],
    more: Readonly<Record<string, string | number>>,
    change: { readonly before?: ActState; readonly after?: ActState } = {},
  ): Promise<void> {
    const by: Act = { actor: { kind: "rule", id: ruleId }, reason: word?.reason ?? null };
    const told = preview ?? (act === null ? "" : wordsOf(act));
    const facts = { target, act: told, ...(word === null ? {} : { [word.is]: word.by.id }), ...more };
    await recordAct(tx, by, { action, subject: `decision/${id}`, facts, ...change }, this.#clock());
  }
}

function refusalOf({ guards, says }: Decision): { guard: string; says: string } {
  return { guard: guards.find(({ passed }) => !passed)?.guard ?? "", says: says.slice(0, 500) };
}

/** The decision that was to be undone: it is, or it can be tried again. */
async function settleUndone(tx: Transaction, id: string, isUndone: boolean): Promise<void> {
  const done = await lockDecision(tx, id);
  await putDecision(tx, isUndone ? { ...done, state: "undone" } : { ...done, undoneBy: null });
}
