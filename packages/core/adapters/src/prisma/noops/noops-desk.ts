import { randomBytes } from "node:crypto";
import { TaplineError, uuidV7 } from "@tapline/core/kernel";
import {
  type Decision,
  type DecisionState,
  formOf,
  modeOf,
  type NoopsRule,
  type NoopsSwitches,
  type RuleMode,
  whyNotArmed,
  wordsOf,
} from "@tapline/core/noops";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { lockedStep } from "../locked-step.ts";
import { assertWaits, undoable } from "./noops-answers.ts";
import { type LeaseListing, NoopsLease } from "./noops-lease.ts";
import { decisionOf, findDecision, lockDecision, putDecision, readSwitches, rowOf } from "./noops-rows.ts";
import { NoopsRulesDesk, type ReleasedNoopsRules } from "./noops-rules-desk.ts";
import { endSwitch, setSwitch } from "./noops-switch-rows.ts";

/** Who acts, and why; with `dryRun` all is checked as if it were done, and nothing is. */
export type DeskAct = Act & { readonly dryRun?: boolean };

/** An undo that nobody took up by then is not done any more, ms. */
const undoWaitsMs = 10 * 60_000;

export type DecisionFilter = {
  readonly states?: readonly DecisionState[];
  readonly ruleId?: string;
  readonly target?: string;
  readonly sinceEpochMs?: number;
};

export type DecisionPage = { readonly decisions: Decision[]; readonly next: string | null };

export type NoopsStanding = {
  readonly switches: NoopsSwitches;
  readonly rules: ReleasedNoopsRules | null;
  /** Who decides now; null where nobody ever did. */
  readonly lease: LeaseListing | null;
  /** Decisions that wait for a person. */
  readonly waiting: number;
};

/** What people do about NoOps, by commands and by pages. Each act is one transaction with its audit entry. */
export class NoopsDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #rules: NoopsRulesDesk;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#rules = new NoopsRulesDesk(prisma, clock);
  }

  async standing(): Promise<NoopsStanding> {
    const [switches, rules, lease, waiting] = await Promise.all([
      readSwitches(this.#prisma, this.#clock()),
      this.#rules.active(),
      new NoopsLease(this.#prisma, 0).standing(),
      this.#prisma.noopsDecision.count({ where: { state: "waiting-approval" } }),
    ]);
    return { switches, rules, lease, waiting };
  }

  /** Newest first. @param after `next` of the page before */
  async list(filter: DecisionFilter, limit: number, after: string | null = null): Promise<DecisionPage> {
    const { states, ruleId, target, sinceEpochMs } = filter;
    const rows = await this.#prisma.noopsDecision.findMany({
      where: {
        ...(states === undefined ? {} : { state: { in: [...states] } }),
        ...(ruleId === undefined ? {} : { ruleId }),
        ...(target === undefined ? {} : { target }),
        ...(sinceEpochMs === undefined ? {} : { lastAt: { gte: new Date(sinceEpochMs) } }),
        ...(after === null ? {} : { id: { lt: after } }),
      },
      orderBy: { id: "desc" },
      take: limit + 1,
    });
    const decisions = rows.slice(0, limit).map(decisionOf);
    return { decisions, next: rows.length > limit ? (decisions.at(-1)?.id ?? null) : null };
  }

  /** @throws TaplineError `not-found` */
  async find(id: string): Promise<Decision> {
    return await findDecision(this.#prisma, id);
  }

  /** Lets a decision act that waits for it; who decides does it at its next look. @throws TaplineError `not-found`, `conflict` */
  async approve(id: string, act: DeskAct): Promise<Decision> {
    return await this.#answer(id, act, "approved");
  }

  /** Refuses a decision that waits. @throws TaplineError `not-found`, `conflict` */
  async deny(id: string, act: DeskAct): Promise<Decision> {
    return await this.#answer(id, act, "denied");
  }

  /**
   * Asks for what a decision did to be taken back: that is a decision of its own, which who decides does at its next look.
   * @returns the new decision
   * @throws TaplineError `not-found`; `conflict` where it cannot be undone, any more or at all
   */
  async undo(id: string, act: DeskAct): Promise<Decision> {
    return await this.#step(act, async (tx, atEpochMs) => {
      const done = await lockDecision(tx, id);
      const undoing = await undoable(tx, done, atEpochMs);
      const undo: Decision = {
        ...done,
        ...{ id: uuidV7(atEpochMs, randomBytes), state: "waiting-approval", mode: "approval" },
        ...{ atEpochMs, lastAtEpochMs: atEpochMs, times: 1, says: `undoes decision ${id}` },
        ...{ evidence: [], guards: [], act: undoing, preview: wordsOf(undoing), undoes: id, undoneBy: null },
        ...{ before: null, after: null, undoUntilEpochMs: null, expiresAtEpochMs: atEpochMs + undoWaitsMs },
        word: { is: "asked", by: act.actor, reason: act.reason, atEpochMs },
        ...{ fence: null, begunAtEpochMs: null, endedAtEpochMs: null, error: null },
      };
      await tx.noopsDecision.create({ data: rowOf(undo) });
      await putDecision(tx, { ...done, undoneBy: undo.id });
      const facts = { rule: done.ruleId, decision: undo.id, act: undo.preview ?? "" };
      await recordAct(tx, act, { action: "noops.undo-asked", subject: `decision/${id}`, facts }, atEpochMs);
      return undo;
    });
  }

  /** Sets the mode of a rule of those in force; `as-written`: what stands in it. @throws TaplineError `not-found`, `conflict` */
  async setMode(ruleId: string, mode: RuleMode | "as-written", act: DeskAct): Promise<void> {
    await this.#step(act, async (tx, atEpochMs) => {
      const rule = await this.#assertRule(ruleId);
      const before = modeOf(rule, await readSwitches(tx, atEpochMs));
      const after = mode === "as-written" ? rule.mode : mode;
      if (mode !== "as-written" && before === after)
        throw new TaplineError("conflict", `rule ${ruleId} is in mode ${mode} already`);
      const fault = after === "armed" ? whyNotArmed(rule) : null;
      if (fault !== null)
        throw new TaplineError("conflict", fault, { remedy: "change the rule, and apply the rules anew" });
      await endSwitch(tx, "mode", ruleId, atEpochMs);
      if (mode !== "as-written")
        await setSwitch(
          tx,
          { kind: "mode", subject: ruleId, value: { mode, form: formOf(rule) } },
          act,
          atEpochMs,
        );
      const what = { action: "noops.mode-set" as const, subject: `noops-rule/${ruleId}`, facts: {} };
      await recordAct(tx, act, { ...what, before: { mode: before }, after: { mode: after } }, atEpochMs);
    });
  }

  /** Holds all acts, or those that make something smaller; a second pause of the same kind takes the place of the first. */
  async pause(
    pause: { readonly pauses: "all" | "down"; readonly untilEpochMs: number | null },
    act: DeskAct,
  ): Promise<void> {
    const { pauses, untilEpochMs } = pause;
    await this.#step(act, async (tx, atEpochMs) => {
      if (untilEpochMs !== null && untilEpochMs <= atEpochMs)
        throw new TaplineError("invalid-input", "the pause would be over already");
      await endSwitch(tx, "pause", pauses, atEpochMs);
      await setSwitch(tx, { kind: "pause", subject: pauses, value: {}, untilEpochMs }, act, atEpochMs);
      const facts = {
        pauses,
        until: untilEpochMs === null ? "resumed" : new Date(untilEpochMs).toISOString(),
      };
      await recordAct(tx, act, { action: "noops.paused", subject: "noops", facts }, atEpochMs);
    });
  }

  /** Ends all pauses; the kill switch stays. @throws TaplineError `conflict` where nothing is paused */
  async resume(act: DeskAct): Promise<void> {
    await this.#step(act, async (tx, atEpochMs) => {
      const { kill, pauses } = await readSwitches(tx, atEpochMs);
      if (pauses.length === 0)
        throw new TaplineError("conflict", `NoOps is not paused${kill === null ? "" : ": it is stopped"}`, {
          remedy:
            kill === null
              ? "`tapline noops show` tells how it stands"
              : "`tapline noops resume --from-kill` lets it go on",
        });
      for (const pause of ["all", "down"]) await endSwitch(tx, "pause", pause, atEpochMs);
      const facts = { pauses: pauses.map(({ pauses }) => pauses).join(", ") };
      await recordAct(tx, act, { action: "noops.resumed", subject: "noops", facts }, atEpochMs);
    });
  }

  /** The big red stop. @throws TaplineError `conflict` where it is on */
  async kill(act: DeskAct): Promise<void> {
    await this.#step(act, async (tx, atEpochMs) => {
      const { kill } = await readSwitches(tx, atEpochMs);
      if (kill !== null) throw new TaplineError("conflict", `${kill.by} has pulled the kill switch already`);
      await setSwitch(tx, { kind: "kill", subject: "", value: {} }, act, atEpochMs);
      await recordAct(tx, act, { action: "noops.killed", subject: "noops", facts: {} }, atEpochMs);
    });
  }

  /** Lets rules act again after the kill switch. @throws TaplineError `conflict` where it is not on */
  async revive(act: DeskAct): Promise<void> {
    await this.#step(act, async (tx, atEpochMs) => {
      const { kill } = await readSwitches(tx, atEpochMs);
      if (kill === null) throw new TaplineError("conflict", "the kill switch is not on");
      await endSwitch(tx, "kill", "", atEpochMs);
      const facts = { killedBy: kill.by };
      await recordAct(tx, act, { action: "noops.revived", subject: "noops", facts }, atEpochMs);
    });
  }

  /** @throws TaplineError `not-found` where no rule in force has the id */
  async #assertRule(ruleId: string): Promise<NoopsRule> {
    const rule = (await this.#rules.active())?.rules.rules.find(({ id }) => id === ruleId);
    if (rule !== undefined) return rule;
    throw new TaplineError("not-found", `no NoOps rule in force is named ${ruleId}`, {
      remedy: "`tapline noops show` says which there are",
    });
  }

  async #answer(id: string, act: DeskAct, is: "approved" | "denied"): Promise<Decision> {
    return await this.#step(act, async (tx, atEpochMs) => {
      const waiting = await lockDecision(tx, id);
      assertWaits(waiting, atEpochMs);
      const word = { is, by: act.actor, reason: act.reason, atEpochMs };
      const ended = { state: "refused" as const, endedAtEpochMs: atEpochMs };
      const answered: Decision = { ...waiting, word, ...(is === "denied" ? ended : {}) };
      await putDecision(tx, answered);
      const facts = { rule: waiting.ruleId, act: waiting.preview ?? "" };
      const action = is === "approved" ? "noops.approved" : "noops.denied";
      await recordAct(tx, act, { action, subject: `decision/${id}`, facts }, atEpochMs);
      return answered;
    });
  }

  async #step<Result>(
    { dryRun }: DeskAct,
    change: (tx: Transaction, atEpochMs: number) => Promise<Result>,
  ): Promise<Result> {
    // What is set is set one after the other; who decides reads it without waiting.
    return await lockedStep(this.#prisma, { lock: "noops", dryRun }, (tx) => change(tx, this.#clock()));
  }
}
