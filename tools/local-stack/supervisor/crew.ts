import {
  type ActTerms,
  type ActuatorAct,
  actRefused,
  type Landscape,
  type WorkloadName,
} from "@tapline/core/noops";
import type { Child } from "../start-child.ts";
import { baseNames } from "./bases.ts";
import { changeWanted, passFence, requireRevision, type Standing } from "./change-wanted.ts";
import { drawLandscape } from "./draw-landscape.ts";
import type { Lone } from "./lone.ts";
import { isSameButAnew, planSlots, type SlotPlan } from "./plan-slots.ts";
import { Renewals } from "./renewals.ts";
import { drainMs, Slot, type SlotParts } from "./slot.ts";
import { StartLanes } from "./start-lanes.ts";
import { findWanted, type Wanted } from "./wanted.ts";

export type CrewParts = Pick<SlotParts, "say"> &
  Pick<Standing, "cannotRun"> &
  Readonly<{
    wanted: Wanted;
    /** Starts one life of a process; `signal` breaks a start off. */
    start: (plan: SlotPlan, signal: AbortSignal) => Promise<Child>;
    /** Resolves once what is wanted is on disk. */
    keep: (wanted: Wanted) => Promise<void>;
    /** Default: `slowAfterMs`. */
    slowAfterMs?: number;
  }>;

/**
 * The worker processes: brings what runs to what is wanted, and keeps it there. What is new comes first and what goes leaves
 * last, one after another, so that a service that was served stays so. What does not serve has nothing to wait for.
 */
export class Crew {
  readonly #parts: CrewParts;
  readonly #slotParts: SlotParts;
  #wanted: Wanted;
  readonly #slots = new Map<string, Slot>();
  readonly #leaving = new Set<Slot>();
  /** To be a new process, though nothing else changes. */
  readonly #anew = new Set<string>();
  /** Left as they are, though they were to be new: the form that each was to have. */
  readonly #spared = new WeakMap<Slot, string>();
  readonly #lone: Lone[] = [];
  readonly #listeners = new Set<() => void>();
  #acting: Promise<unknown> = Promise.resolve();
  readonly #renewals: Renewals;
  #stopping: Promise<void> | null = null;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#wanted = parts.wanted;
    this.#renewals = new Renewals(() => this.changed(), parts.slowAfterMs);
    const lanes = new StartLanes(undefined, parts.slowAfterMs);
    this.#slotParts = {
      say: parts.say,
      onChange: () => this.changed(),
      start: (plan, signal, isAgain) => lanes.run(isAgain, signal, () => parts.start(plan, signal)),
    };
  }

  /** Starts all. @throws TaplineError `unavailable` where one of the base processes does not come up */
  async begin(): Promise<void> {
    const first: Promise<void>[] = [];
    for (const plan of planSlots(this.#wanted)) {
      const slot = this.#add(plan);
      if ((baseNames as readonly string[]).includes(plan.name)) first.push(slot.begin());
      else void slot.beginAtLength();
    }
    await Promise.all(first);
  }

  addLone(lone: Lone): void {
    this.#lone.push(lone);
    this.changed();
  }

  look(): Landscape {
    return drawLandscape(this.#wanted, {
      slots: [...this.#slots.values()],
      leaving: [...this.#leaving],
      lone: this.#lone,
    });
  }

  /** Processes that serve `service` and take more of it now. */
  serving(service: string): Slot[] {
    return [...this.#slots.values()].filter(
      (slot) => slot.plan.services.includes(service) && slot.child !== null,
    );
  }

  greenPercent(service: string): number {
    return this.#wanted.shares[service]?.greenPercent ?? 0;
  }

  /** Has `listener` called after each change of what is wanted or of what runs. @returns what ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Does one act after another. Resolves once what is wanted is on disk; processes follow. */
  act(
    act: ActuatorAct,
    terms: Pick<ActTerms, "fence" | "revision" | "reason">,
  ): Promise<{ revision: string }> {
    const done = this.#acting.then(() => this.#act(act, terms));
    this.#acting = done.catch(() => {});
    return done;
  }

  async #act(
    act: ActuatorAct,
    terms: Pick<ActTerms, "fence" | "revision" | "reason">,
  ): Promise<{ revision: string }> {
    if (this.#stopping !== null) throw actRefused("unavailable", "the supervisor is ending");
    if (act.kind === "replace") return await this.#replace(act, terms);
    const lone = this.#lone.find(({ service }) => "workload" in act && act.workload.service === service);
    if (lone !== undefined) return await this.#actOnLone(lone, act.kind, terms);
    const { cannotRun } = this.#parts;
    const { wanted, revision } = changeWanted(this.#wanted, act, terms, { cannotRun, ready: this.#ready });
    await this.#want(wanted);
    return { revision };
  }

  /**
   * Leaves as they are the processes that were to be new and are not yet. A successor that is under way comes about.
   * @returns how many are left so
   */
  halt({ fence }: Pick<ActTerms, "fence">): Promise<number> {
    const done = this.#acting.then(() => this.#halt(fence));
    this.#acting = done.catch(() => {});
    return done;
  }

  async #halt(fence: number | null): Promise<number> {
    const wanted = passFence(this.#wanted, fence);
    const spared = planSlots(wanted).flatMap((plan) => {
      const slot = this.#slots.get(plan.name);
      if (slot === undefined || this.#isAsWanted(slot, plan) || !isSameButAnew(slot.plan, plan)) return [];
      this.#spared.set(slot, plan.form);
      return [slot];
    });
    const left = new Set(
      spared.filter((slot) => !this.#renewals.isUnderWay(slot)).map(({ plan }) => plan.name),
    );
    for (const name of this.#anew) left.add(name);
    this.#anew.clear();
    await this.#want(wanted);
    return left.size;
  }

  /** Whether it is what the plan of its name says, and is not to be new. */
  #isAsWanted(slot: Slot, plan: SlotPlan | undefined): boolean {
    const { name, form } = slot.plan;
    return (
      plan !== undefined &&
      !this.#anew.has(name) &&
      (plan.form === form || plan.form === this.#spared.get(slot))
    );
  }

  async #want(wanted: Wanted): Promise<void> {
    await this.#parts.keep(wanted);
    this.#wanted = wanted;
    this.changed();
  }

  async #replace(
    { workload, replica }: Extract<ActuatorAct, { kind: "replace" }>,
    terms: Pick<ActTerms, "fence" | "revision">,
  ): Promise<{ revision: string }> {
    const lone = this.#lone.find(({ service }) => service === workload.service && service === replica);
    if (lone !== undefined) return await this.#actOnLone(lone, "replace", terms);
    const slot = this.#slots.get(replica);
    const found = findWanted(this.#wanted, workload);
    if (slot === undefined || found === undefined || !serves(slot, workload))
      throw actRefused("unknown", `${workload.service}/${workload.colour} has no replica ${replica}`);
    requireRevision(`${workload.service}/${workload.colour}`, found.revision, terms.revision);
    await this.#want(passFence(this.#wanted, terms.fence));
    this.#anew.add(replica);
    this.changed();
    return { revision: String(found.revision) };
  }

  async #actOnLone(
    lone: Lone,
    kind: ActuatorAct["kind"],
    { fence }: Pick<ActTerms, "fence">,
  ): Promise<{ revision: string }> {
    if (kind !== "restart" && kind !== "replace")
      throw actRefused(
        "unsupported",
        `${lone.service} has one process here, of the installation's own program`,
      );
    await this.#want(passFence(this.#wanted, fence));
    void lone.renew();
    return { revision: "0" };
  }

  readonly #ready = (workload: WorkloadName): number =>
    [...this.#slots.values()].filter((slot) => slot.child !== null && serves(slot, workload)).length;

  /** Looks again at what runs and what is wanted. */
  readonly changed = (): void => {
    if (this.#stopping === null) this.#reconcile();
    for (const listener of this.#listeners) listener();
  };

  #reconcile(): void {
    const plans = new Map(planSlots(this.#wanted).map((plan) => [plan.name, plan]));
    for (const plan of plans.values()) if (!this.#slots.has(plan.name)) void this.#add(plan).beginAtLength();
    for (const slot of [...this.#slots.values()]) {
      const plan = plans.get(slot.plan.name);
      // An end tells of itself, and what is done then has been done.
      if (this.#slots.get(slot.plan.name) !== slot || this.#isAsWanted(slot, plan)) continue;
      if (!this.#mayGo(slot, plan, plans)) continue;
      if (plan === undefined) this.#leave(slot);
      else if (slot.state === "ready") void this.#renew(slot, plan);
      else this.#exchange(slot, plan);
    }
  }

  #add(plan: SlotPlan, isAgain = false): Slot {
    const slot = new Slot(plan, this.#slotParts, isAgain);
    this.#slots.set(plan.name, slot);
    return slot;
  }

  /** Whether all that is still wanted of `slot`, and that its successor does not serve, is served by others. */
  #mayGo(slot: Slot, successor: SlotPlan | undefined, plans: ReadonlyMap<string, SlotPlan>): boolean {
    if (slot.state !== "ready" && successor === undefined) return true;
    const { colour, services } = slot.plan;
    return services.every((service) => {
      if (
        successor?.services.includes(service) ||
        findWanted(this.#wanted, { service, colour }) === undefined
      )
        return true;
      return this.serving(service).some(
        (other) =>
          other !== slot &&
          other.plan.colour === colour &&
          this.#isAsWanted(other, plans.get(other.plan.name)),
      );
    });
  }

  /** Puts a new process in the place of `slot` once it is ready. */
  async #renew(slot: Slot, plan: SlotPlan): Promise<void> {
    if (!this.#renewals.mayBegin(slot)) return;
    this.#anew.delete(plan.name);
    const next = new Slot(plan, this.#slotParts);
    this.#leaving.add(next);
    const isThere = await this.#renewals.run(slot, async () => {
      await next.begin();
      this.#leaving.delete(next);
      this.#slots.set(plan.name, next);
      this.#leave(slot);
    });
    this.#leaving.delete(next);
    if (!isThere) this.#parts.say(`the successor of ${plan.name} did not start; the old one goes on`);
    this.changed();
  }

  /** Puts a new process in the place of `slot`, which does not serve, at once. */
  #exchange(slot: Slot, plan: SlotPlan): void {
    if (this.#renewals.isUnderWay(slot)) return;
    this.#anew.delete(plan.name);
    const next = this.#add(plan, true);
    this.#leave(slot);
    void next.beginAtLength();
  }

  #leave(slot: Slot): void {
    if (this.#slots.get(slot.plan.name) === slot) this.#slots.delete(slot.plan.name);
    this.#leaving.add(slot);
    void slot.end().finally(() => {
      this.#leaving.delete(slot);
      this.changed();
    });
  }

  /** Ends all; called again it waits for the same end. */
  stop(graceMs = drainMs): Promise<void> {
    const all = [...this.#slots.values(), ...this.#leaving];
    this.#stopping ??= Promise.all(all.map((slot) => slot.end(graceMs))).then(() => {});
    return this.#stopping;
  }
}

function serves(slot: Slot, { service, colour }: WorkloadName): boolean {
  return slot.plan.colour === colour && slot.plan.services.includes(service);
}
