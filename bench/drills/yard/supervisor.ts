import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";
import type { Part } from "../../installation/index.ts";

const retryEveryMs = 250;

/** Starts whatever dies again, as an installation's supervisor does, but without its pauses. */
export class Supervisor {
  readonly #parts: readonly Part[];
  readonly #say: (line: string) => void;
  /** Parts whose end is ours; any other end is told. */
  readonly #asked = new Set<Part>();
  /** Parts that stay down until somebody says otherwise. */
  readonly #down = new Set<Part>();
  /** Parts whose ends are no surprise for now. */
  readonly #excused = new Set<Part>();
  readonly #starting = new Map<Part, Promise<void>>();
  #stopping = false;
  /** Ends that nobody asked for, in sentences. */
  readonly unasked: string[] = [];

  constructor(parts: readonly Part[], say: (line: string) => void) {
    this.#parts = parts;
    this.#say = say;
    for (const part of parts) void this.#watch(part);
  }

  part(name: string): Part {
    const found = this.#parts.find((part) => part.name === name);
    if (found === undefined) throw new Error(`the installation has no part ${name}`);
    return found;
  }

  get workers(): readonly Part[] {
    return this.#parts.filter(({ kind }) => kind === "worker");
  }

  /** Its next end is no surprise. */
  expectEnd(part: Part): void {
    this.#asked.add(part);
  }

  /** While `trouble` lasts and until all runs again, `part` may end by itself as often as it likes. */
  async excuse(part: Part, trouble: () => Promise<void>): Promise<void> {
    this.#excused.add(part);
    try {
      await trouble();
      await this.allUp();
    } finally {
      this.#excused.delete(part);
    }
  }

  /** SIGKILL; it is started again at once. */
  async kill(part: Part): Promise<void> {
    this.expectEnd(part);
    await part.kill();
  }

  /** SIGKILL; it stays away until `letUp`. */
  async down(part: Part): Promise<void> {
    this.#down.add(part);
    await this.kill(part);
  }

  letUp(part: Part): void {
    this.#down.delete(part);
  }

  /** Resolves when all parts run. */
  async allUp(): Promise<void> {
    // An end is noticed in the next turn of the event loop.
    await sleep(20);
    while (this.#starting.size > 0) await Promise.all(this.#starting.values());
  }

  /** Nothing is started again any more; what is being started is waited for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#down.clear();
    await Promise.all(this.#starting.values());
  }

  async #watch(part: Part): Promise<void> {
    for (;;) {
      await part.life().exited;
      if (this.#stopping) return;
      if (!this.#asked.delete(part) && !this.#excused.has(part)) {
        this.unasked.push(`${part.name} ended by itself`);
        this.#say(`${part.name} ended by itself; it is started again`);
      }
      const starting = this.#start(part).finally(() => this.#starting.delete(part));
      this.#starting.set(part, starting);
      await starting;
    }
  }

  async #start(part: Part): Promise<void> {
    for (let attempt = 1; !this.#stopping; attempt++) {
      if (!this.#down.has(part)) {
        try {
          await part.start();
          return;
        } catch (error) {
          if (attempt % 20 === 0) this.#say(`${part.name} does not start: ${messageOf(error)}`);
        }
      }
      await sleep(retryEveryMs);
    }
  }
}
