import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";
import { type Kept, keepRunning, nextDelayMs } from "../keep-running.ts";
import type { Child } from "../start-child.ts";
import type { SlotPlan } from "./plan-slots.ts";
import { HungWatch } from "./watch-hung.ts";

export type SlotState = "starting" | "ready" | "draining" | "failed";

export type SlotParts = Readonly<{
  /** Starts one life of a process, in the place of one that died or for the first time; `signal` breaks a start off. */
  start: (plan: SlotPlan, signal: AbortSignal, isAgain: boolean) => Promise<Child>;
  say: (line: string) => void;
  onChange: () => void;
}>;

/** How long a process may take to end what it has under way, ms; it gives itself up after 4.5 s. */
export const drainMs = 6_000;

/** One process by its name, kept running over its deaths until it is ended. */
export class Slot {
  readonly plan: SlotPlan;
  readonly #parts: SlotParts;
  readonly #ending = new AbortController();
  /** One for all lives: how patient it is hangs on how the lives before ended. */
  readonly #hungWatch: HungWatch;
  #kept: Kept<Child> | null = null;
  #begun: { readonly atEpochMs: number; readonly failures: number } = { atEpochMs: Date.now(), failures: 0 };
  #isDraining = false;
  #isAgain: boolean;

  /** @param isAgain it takes the place of one that does not serve */
  constructor(plan: SlotPlan, parts: SlotParts, isAgain = false) {
    this.plan = plan;
    this.#parts = parts;
    this.#isAgain = isAgain;
    this.#hungWatch = new HungWatch({
      say: (nextSilentMs) =>
        parts.say(
          `${plan.name} does not answer any more; replacing it by one that may be silent for ${nextSilentMs / 1_000} s`,
        ),
    });
  }

  get state(): SlotState {
    if (this.#isDraining) return "draining";
    if (this.#kept === null) return this.#begun.failures === 0 ? "starting" : "failed";
    return this.#kept.standing().state;
  }

  get startedAtEpochMs(): number {
    return this.#kept?.standing().startedAtEpochMs ?? this.#begun.atEpochMs;
  }

  get restarts(): number {
    return this.#begun.failures + (this.#kept?.standing().restarts ?? 0);
  }

  /** Its present life, while that is ready. */
  get child(): Child | null {
    return this.state === "ready" ? (this.#kept?.current() ?? null) : null;
  }

  /** Starts it once. @throws TaplineError `unavailable` where it does not come up */
  async begin(): Promise<void> {
    const { name } = this.plan;
    const { start, say, onChange } = this.#parts;
    const live = async () => {
      const child = await start(this.plan, this.#ending.signal, this.#isAgain);
      this.#isAgain = true;
      this.#hungWatch.watch(child);
      return child;
    };
    const kept = await keepRunning(name, live, { say, onChange });
    this.#kept = kept;
    if (this.#ending.signal.aborted) await kept.stop(drainMs);
    onChange();
  }

  /** Starts it, again and again where it does not come up, until it is ended. */
  async beginAtLength(): Promise<void> {
    for (let delayMs = 0; !this.#ending.signal.aborted; delayMs = nextDelayMs(delayMs)) {
      await sleep(delayMs, undefined, { signal: this.#ending.signal }).catch(() => {});
      if (this.#ending.signal.aborted) return;
      this.#begun = { ...this.#begun, atEpochMs: Date.now() };
      try {
        return await this.begin();
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        this.#begun = { ...this.#begun, failures: this.#begun.failures + 1 };
        this.#parts.say(
          `${this.plan.name} did not start (${messageOf(error)}); next try in ${nextDelayMs(delayMs) / 1000} s`,
        );
        this.#parts.onChange();
      }
    }
  }

  /** Takes nothing new, ends what it has under way, and is gone. */
  async end(graceMs = drainMs): Promise<void> {
    this.#isDraining = true;
    this.#ending.abort();
    this.#parts.onChange();
    if (this.#kept === null) return;
    await this.#kept.stop(graceMs);
    // A process that has drained ends with 0.
    const how = await this.#kept.current().exited;
    if (how !== "exit code 0")
      this.#parts.say(`${this.plan.name} was cut off (${how}); others take over what it had under way`);
  }
}
