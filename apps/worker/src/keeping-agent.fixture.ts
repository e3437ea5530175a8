import { postTapsResponseSchema } from "@tapline/core/tap";
import { gatherTaps } from "@tapline/core/transfer";
import { type Client, type Submitted, submit } from "./agent.fixture.ts";
import { rawTap, type TestTracker } from "./path.fixture.ts";
import { agentReport } from "./roles/agent-report.fixture.ts";

const epoch = 1;
const restMs = 50;

/** An agent as the real one is towards the door: keeps each tap until its receipt, says what it holds, sends it again to a new buffer. For tests. */
export class KeepingAgent {
  readonly #client: Client;
  readonly #tracker: TestTracker;
  readonly #held = new Map<number, Submitted>();
  #unsent: Submitted[] = [];
  #nextSeq = 1;
  #cursor = "0";
  #generation = "";
  /** Whether it says how it is; one that does not looks as if it were away. */
  reports = true;

  constructor(client: Client, tracker: TestTracker) {
    this.#client = client;
    this.#tracker = tracker;
  }

  /** Taps that it has read. */
  get taken(): number {
    return this.#nextSeq - 1;
  }

  get holdsNone(): boolean {
    return this.#held.size === 0;
  }

  read(count: number): void {
    for (let i = 0; i < count; i++) {
      const tap = submit(this.#nextSeq, rawTap(this.#tracker, this.#nextSeq));
      this.#nextSeq += 1;
      this.#held.set(tap.seq, tap);
      this.#unsent.push(tap);
    }
  }

  /** Sends, asks for receipts and reports, over and over. @param eachRound what it does besides */
  async run(isOver: () => boolean, eachRound: () => void = () => undefined): Promise<void> {
    while (!isOver()) {
      eachRound();
      // While the door is barred, or not open yet, it comes again.
      await this.#round().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  async #round(): Promise<void> {
    if (this.reports) await this.report();
    const batch = this.#unsent.slice(0, 50);
    if (batch.length > 0) {
      const { status, body } = await this.#client.post({ epoch, taps: batch });
      if (status === 202) {
        this.#hear(postTapsResponseSchema.parse(body).generation);
        this.#unsent = this.#unsent.filter((tap) => !batch.includes(tap));
      }
    }
    const told = await this.#client.receipts(this.#cursor);
    if (!this.#hear(told.generation)) return;
    this.#cursor = told.next;
    for (const { verdicts } of told.receipts) for (const { seq } of verdicts) this.#held.delete(seq);
  }

  /** @returns whether it is the life that was heard of before */
  #hear(generation: string): boolean {
    if (generation === "" || generation === this.#generation) return generation !== "";
    this.#generation = generation;
    this.#cursor = "0";
    this.#unsent = [...this.#held.values()];
    return false;
  }

  async report(): Promise<void> {
    const runs = [...this.#held.keys()].map((seq) => ({ agent: "", epoch, first: seq, last: seq }));
    const ranges = gatherTaps(runs)[0]?.ranges ?? [];
    await this.#client.report({
      ...agentReport,
      outbox: {
        ...{ epoch, nextSeq: this.#nextSeq, taps: this.#held.size, bytes: 0, oldestAgeMs: 0 },
        ...{ held: ranges.map(({ first, last }) => [first, last]), releaseAt: "archived" },
      },
    });
  }
}
