import { randomBytes } from "node:crypto";
import type { ActEnd, NoopsLog, ReleasedNoopsRules } from "@tapline/adapters/prisma/noops";
import { type Actor, messageOf, TaplineError, uuidV7 } from "@tapline/core/kernel";
import {
  armedBy,
  askGuards,
  Decider,
  type Decision,
  draftOf,
  type GuardFacts,
  guardsOfPeople,
  type NoopsSwitches,
  undoOf,
  type Verdict,
  wordsOf,
} from "@tapline/core/noops";
import type { Logger } from "pino";
import type { EvidenceGatherer, Gathered } from "./gather-evidence.ts";
import type { HaltOnKill } from "./halt-on-kill.ts";
import { heeding } from "./heeding.ts";
import { HeldLook } from "./held-look.ts";
import { leftBehind, Recorder } from "./recorder.ts";
import { ruleOfUndo } from "./rule-of-undo.ts";
import { type ActParts, runAct } from "./run-act.ts";
import { whyOver } from "./why-over.ts";

export type CoordinatorParts = ActParts & {
  readonly flight: Pick<
    NoopsLog,
    "switches" | "recent" | "latest" | "add" | "again" | "begin" | "end" | "close"
  >;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly onDecision: (decision: Decision) => void;
  /** Of the process: a lease or rules that are new change nothing in what the kill switch has stopped. */
  readonly halting: Pick<HaltOnKill, "heed">;
};

/** What guards go by in one round, but for what was done in it. */
type RoundFacts = Omit<GuardFacts, "recent">;

const hourMs = 3_600_000;
/** So often is looked, while something is done, whether it is to be broken off. */
const watchEveryMs = 200;
const actWithinMs = 120_000;
/** What runs is looked at anew after each act, for the guards of the next. */
const lookWithinMs = 1_500;

/** What holds while an act is done: keeps the lease, and says whether it is still ours. */
export type Holding = { readonly fence: number; readonly keep: () => Promise<boolean> };

/** One life of the one process that decides, by one release of the rules. */
export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #released: ReleasedNoopsRules;
  readonly #gatherer: Pick<EvidenceGatherer, "gather">;
  readonly #decider: Decider;
  readonly #recorder: Recorder;
  readonly #lookBackMs: number;
  readonly #held: HeldLook;

  private constructor(
    parts: CoordinatorParts,
    released: ReleasedNoopsRules,
    gatherer: Pick<EvidenceGatherer, "gather">,
    before: readonly Decision[],
  ) {
    this.#parts = parts;
    this.#released = released;
    this.#gatherer = gatherer;
    this.#decider = new Decider(released.rules.rules);
    this.#recorder = new Recorder(parts.flight, before);
    this.#held = new HeldLook(parts.house.flush);
    const spans = released.rules.rules.map(({ cooldownMs, undoMs }) => Math.max(cooldownMs, undoMs));
    this.#lookBackMs = Math.max(hourMs, ...spans);
  }

  get version(): number {
    return this.#released.version;
  }

  /** Begins where the decisions of the last hour left off, so that the same again is counted in their rows. */
  static async begin(
    parts: CoordinatorParts,
    released: ReleasedNoopsRules,
    gatherer: Pick<EvidenceGatherer, "gather">,
    nowEpochMs: number,
  ): Promise<Coordinator> {
    return new Coordinator(parts, released, gatherer, await parts.flight.latest(nowEpochMs - hourMs));
  }

  /** Looks, decides, and does what is to be done, one after the other. @throws where the lease is lost */
  async round(holding: Holding): Promise<void> {
    const seen = await this.#gatherer.gather();
    const { nowEpochMs } = seen;
    const verdicts = this.#decider.decide(seen, nowEpochMs);
    const [switches, recent] = await Promise.all([
      this.#parts.flight.switches(),
      this.#parts.flight.recent(nowEpochMs - this.#lookBackMs),
    ]);
    await this.#parts.halting.heed(switches, holding.fence);
    const unheld = await this.#held.why(verdicts);
    let facts: RoundFacts = { ...this.#factsOf(seen), switches, unheld };
    const known = [...recent];
    for (const left of recent.filter(({ state }) => state === "acting"))
      if ((left.fence ?? 0) <= holding.fence) replaceIn(known, await this.#endLeft(left));
    for (const waiting of recent.filter(({ state }) => state === "waiting-approval")) {
      const settled = await this.#settleWaiting(waiting, verdicts, { ...facts, recent: known }, holding);
      replaceIn(known, settled);
      if (settled.begunAtEpochMs !== null) facts = await this.#factsAfterAct(facts, settled);
    }
    for (const verdict of verdicts) {
      const isAsked = known.some(
        ({ state, ruleId, target }) =>
          state === "waiting-approval" && ruleId === verdict.rule.id && target === verdict.target,
      );
      if (isAsked) continue;
      const id = uuidV7(nowEpochMs, randomBytes);
      const draft = draftOf(verdict, this.#released, { ...facts, recent: known }, id);
      if (draft.state === "acting") {
        const acted = await this.#act(draft, verdict.rule.undoMs, holding);
        replaceIn(known, acted);
        facts = await this.#factsAfterAct(facts, acted);
        await this.#recorder.settle(draft, holding.fence);
      } else await this.#note(draft, known, holding);
    }
  }

  /** Decides nothing more: writes what was only counted. @throws where the lease is lost */
  readonly end = (fence: number): Promise<void> => this.#recorder.settleAll(fence);

  /** Ends what stands as under way though nobody does it: acts come one after another, so it is left from before. */
  async #endLeft({ id }: Decision): Promise<Decision> {
    const ended = await this.#parts.flight.end(id, leftBehind);
    this.#parts.onDecision(ended);
    return ended;
  }

  /** An act takes its time: who has paused meanwhile, and what runs now, counts for the next one of the same round. */
  async #factsAfterAct(facts: RoundFacts, { act }: Decision): Promise<RoundFacts> {
    const { flight, actuator } = this.#parts;
    const signal = AbortSignal.timeout(lookWithinMs);
    const looked = actuator?.look(signal).catch(() => null) ?? null;
    const [switches, landscape] = await Promise.all([flight.switches(), looked]);
    // Whether it was done or failed: one that may be closed is not counted on.
    const closed = act?.kind === "target" && !act.open ? act.archive : null;
    const open = facts.archives.open.filter((archive) => archive !== closed);
    return { ...facts, switches, landscape, archives: { ...facts.archives, open } };
  }

  async #note(draft: Decision, known: Decision[], { fence }: Holding): Promise<void> {
    if (draft.state === "waiting-approval") {
      await this.#recorder.settle(draft, fence);
      await this.#parts.flight.add(draft, fence);
      known.push(draft);
      this.#parts.log.info(
        { decision: draft.id, rule: draft.ruleId, act: draft.preview },
        "NoOps asks a person",
      );
      return this.#parts.onDecision(draft);
    }
    if (await this.#recorder.record(draft, fence)) this.#parts.onDecision(draft);
  }

  #factsOf(seen: Gathered): Omit<RoundFacts, "switches"> {
    const { landscape, nowEpochMs, evidence, archives, quorum } = seen;
    const open = archives.filter(
      (archive) => evidence.get(`archive(${JSON.stringify(archive)}).isOpen`)?.value === true,
    );
    const { actsPerHour } = this.#released.rules;
    return { landscape, nowEpochMs, archives: { open, quorum }, actsPerHour };
  }

  /** Ends what waited in vain, and does what a person let it, or asked for. */
  async #settleWaiting(
    waiting: Decision,
    verdicts: readonly Verdict[],
    facts: GuardFacts,
    holding: Holding,
  ): Promise<Decision> {
    const close = async (state: "expired" | "refused", says: string): Promise<Decision> => {
      await this.#parts.flight.close(waiting.id, state, says, holding.fence);
      const closed: Decision = { ...waiting, state, says };
      this.#parts.onDecision(closed);
      return closed;
    };
    const { nowEpochMs } = facts;
    if ((waiting.expiresAtEpochMs ?? 0) <= nowEpochMs)
      return await close(
        "expired",
        waiting.word === null ? "nobody answered in time" : "its guards said no until it was too late",
      );
    const rule = this.#released.rules.rules.find(({ id }) => id === waiting.ruleId);
    if (waiting.undoes === null) {
      const verdict = verdicts.find(
        ({ rule: { id }, target }) => id === waiting.ruleId && target === waiting.target,
      );
      const over = whyOver(rule, verdict, facts.switches, waiting.word !== null);
      if (over !== null) return await close("refused", over);
      if (verdict === undefined || waiting.word === null || !isSame(verdict, waiting)) return waiting;
    }
    if (waiting.act === null) return await close("refused", "there is nothing to be done");
    // What a person asked for waits for no answer to another question: that one may be waiting for this.
    const isInTheWay = ({ state }: Decision): boolean =>
      waiting.undoes === null || state !== "waiting-approval";
    const guards = askGuards({
      ...{ ...facts, recent: facts.recent.filter(isInTheWay) },
      rule: rule ?? ruleOfUndo(waiting),
      act: waiting.act,
      id: waiting.id,
    });
    const counting =
      waiting.undoes === null ? guards : guards.filter(({ guard }) => guardsOfPeople.includes(guard));
    if (counting.some(({ passed }) => !passed)) return waiting;
    return await this.#act({ ...waiting, guards }, rule?.undoMs ?? 0, holding);
  }

  async #act(decision: Decision, undoMs: number, holding: Holding): Promise<Decision> {
    const { flight, log, onDecision } = this.#parts;
    const stop = new AbortController();
    // What a person asked for after the kill switch was pulled, as an undo, is theirs to want.
    const since = decision.word?.is === "asked" ? decision.word.atEpochMs : Number.NEGATIVE_INFINITY;
    const switches = await this.#notKilled(since);
    const begun = await flight.begin(decision, holding.fence);
    const told = { decision: begun.id, rule: begun.ruleId, act: begun.preview };
    log.info(told, "NoOps acts");
    const watching = this.#watch(stop, since, holding);
    let end: ActEnd;
    try {
      const changed = await heeding(
        stop.signal,
        runAct(
          begun,
          { fence: holding.fence, signal: stop.signal, armedBy: this.#armedBy(begun, switches) },
          this.#parts,
        ),
      );
      const isUndoable = begun.undoes === null && undoOf({ ...begun, ...changed }) !== null;
      const undoUntilEpochMs = isUndoable ? (begun.begunAtEpochMs ?? 0) + undoMs : null;
      end = { is: "done", ...changed, undoUntilEpochMs };
      log.info(told, "NoOps has acted");
    } catch (error) {
      end = { is: "failed", error: messageOf(error), before: null };
      log.warn({ ...told, err: error }, "what NoOps wanted to do failed");
    } finally {
      watching.end();
    }
    const ended = await flight.end(begun.id, end);
    onDecision(ended);
    return ended;
  }

  #armedBy({ ruleId }: Decision, switches: NoopsSwitches): Actor | null {
    const rule = this.#released.rules.rules.find(({ id }) => id === ruleId);
    return rule === undefined ? null : armedBy(rule, switches, this.#released.madeBy);
  }

  /** What is set now. @throws TaplineError `conflict` where the kill switch was pulled since then */
  async #notKilled(sinceEpochMs: number): Promise<NoopsSwitches> {
    const switches = await this.#parts.flight.switches();
    const { kill } = switches;
    if (kill !== null && kill.atEpochMs > sinceEpochMs)
      throw new TaplineError("conflict", `broken off: ${kill.by} has pulled the kill switch`);
    return switches;
  }

  /** Breaks an act off where somebody pulls the kill switch, where the lease is lost, or where neither can be known. */
  #watch(stop: AbortController, sinceEpochMs: number, { keep }: Holding): { end: () => void } {
    const limit = setTimeout(
      () => stop.abort(new TaplineError("unavailable", `it was not done within ${actWithinMs / 1_000} s`)),
      actWithinMs,
    );
    let isOver = false;
    const look = async (): Promise<void> => {
      while (!isOver && !stop.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
        if (isOver) return;
        await this.#notKilled(sinceEpochMs);
        if (!(await keep())) throw new TaplineError("conflict", "broken off: another process decides now");
      }
    };
    look().catch((error: unknown) => stop.abort(error));
    return {
      end: () => {
        isOver = true;
        clearTimeout(limit);
      },
    };
  }
}

/** Whether the rule wants now what it asked for. */
function isSame({ planned }: Verdict, { act }: Decision): boolean {
  return planned !== null && act !== null && wordsOf(planned.act) === wordsOf(act);
}

function replaceIn(known: Decision[], decision: Decision): void {
  const index = known.findIndex(({ id }) => id === decision.id);
  if (index < 0) known.push(decision);
  else known[index] = decision;
}
