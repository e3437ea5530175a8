import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@tapline/core/kernel";
import type { ReaderCondition } from "@tapline/core/tap";
import type { Feedback, ReaderSettings, ReaderSink, Readers, ReadFailureCause } from "../reader.ts";
import type { SimulatedField } from "./field.ts";
import { IdleReaders } from "./idle-readers.ts";
import type { SimulatedLedger } from "./ledger.ts";
import { type Pace, pause } from "./pace.ts";
import { readWhole, type WholeRead } from "./read-whole.ts";
import type { Scenario } from "./scenario.ts";
import { SimulatedTag, TagTrouble } from "./tag.ts";
import type { Show, Visit, VisitKind } from "./visit.ts";

export type SimulatedReadersOptions = {
  readers: number;
  field: SimulatedField;
  pace: Pace;
  now: Clock;
  ledger: SimulatedLedger;
  scenario: Pick<Scenario, "stallAfterMs" | "troubleMs">;
};

/** What the person at a reader was told. */
export type ToldFeedback = { reader: string; feedback: Feedback; atEpochMs: number };

const remembered = 1000;
const defaultRereads = 3;
const turnEvery = 64;

/** Failures that say something of the reader, not only of the tag. */
const conditionOf: Partial<Record<ReadFailureCause, ReaderCondition>> = {
  collision: "collision",
  stalled: "stalled",
  busy: "busy",
};

/** Thousands of readers that share one field and one pace. A reader costs something only while a tag lies on it. */
export class SimulatedReaders implements Readers {
  readonly #options: SimulatedReadersOptions;
  readonly #idle: IdleReaders;
  readonly #told: ToldFeedback[] = [];
  #rereads = defaultRereads;
  #failure: { error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(options: SimulatedReadersOptions) {
    this.#options = options;
    this.#idle = new IdleReaders(options.readers);
  }

  /** The last 1,000 things that people were told, oldest first. */
  get told(): readonly ToldFeedback[] {
    return this.#told;
  }

  configure({ rereads }: ReaderSettings): void {
    this.#rereads = rereads;
  }

  feedback(reader: string, feedback: Feedback): void {
    this.#told.push({ reader, feedback, atEpochMs: this.#options.now() });
    if (this.#told.length > remembered) this.#told.shift();
  }

  async run(sink: ReaderSink, signal: AbortSignal): Promise<void> {
    const { readers, field, pace } = this.#options;
    const onAbort = (): void => this.#wake();
    signal.addEventListener("abort", onAbort, { once: true });
    for (let reader = 0; reader < readers; reader++) this.#tell(sink, nameOf(reader), "ready", "");
    for (let visits = 1; !signal.aborted && this.#failure === null; visits++) {
      // Where the outbox keeps pace, nothing below waits: others need a turn, too.
      if (visits % turnEvery === 0) await nextTurn();
      const reader = this.#idle.take();
      if (reader === undefined) {
        await this.#news();
        continue;
      }
      await pace.turn(signal);
      const visit = signal.aborted ? null : field.next();
      if (visit !== null) this.#begin(reader, visit, sink, signal);
      else this.#idle.give(reader);
      if (visit === null && this.#idle.all) break;
      if (visit === null && !signal.aborted) await this.#news();
    }
    signal.removeEventListener("abort", onAbort);
    if (this.#failure !== null && !signal.aborted) throw this.#failure.error;
  }

  /** Resolves when a reader is idle again, a tap could not be handed over, or the run is stopped. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #begin(reader: number, visit: Visit, sink: ReaderSink, signal: AbortSignal): void {
    this.#play(nameOf(reader), visit, sink, signal).then(
      () => {
        this.#idle.give(reader);
        this.#wake();
      },
      (error: unknown) => {
        this.#failure ??= { error };
        this.#wake();
      },
    );
  }

  async #play(reader: string, visit: Visit, sink: ReaderSink, signal: AbortSignal): Promise<void> {
    for (const show of visit.shows) await this.#show(reader, visit.kind, show, sink, signal);
    if (visit.unplugs) await this.#trouble(sink, signal, reader, "gone", "the reader was unplugged");
  }

  async #show(reader: string, kind: VisitKind, show: Show, sink: ReaderSink, signal: AbortSignal) {
    const { now, ledger, scenario } = this.#options;
    const startedAtMs = performance.now();
    const tag = new SimulatedTag(show, () => pause(scenario.stallAfterMs, signal));
    const read = await lookAt(tag, this.#rereads);
    if (signal.aborted) return;
    if (read.ok && show.offer !== null) {
      const readAtEpochMs = now();
      const readMs = performance.now() - startedAtMs;
      const offer = ledger.offered(kind, reader, readAtEpochMs, show.offer);
      const { message: raw, rereads } = read;
      show.offer.end(true);
      ledger.kept(offer, await sink.tap({ reader, readAtEpochMs, raw, tag: "simulated", readMs, rereads }));
      return;
    }
    if (read.ok) return;
    show.offer?.end(false);
    ledger.failed(kind, reader, read.cause);
    sink.failed({ reader, atEpochMs: now(), cause: read.cause, detail: read.detail });
    const condition = conditionOf[read.cause];
    if (condition !== undefined) await this.#trouble(sink, signal, reader, condition, read.detail);
  }

  async #trouble(
    sink: ReaderSink,
    signal: AbortSignal,
    reader: string,
    condition: ReaderCondition,
    detail: string,
  ): Promise<void> {
    this.#tell(sink, reader, condition, detail);
    await pause(this.#options.scenario.troubleMs, signal);
    if (!signal.aborted) this.#tell(sink, reader, "ready", "");
  }

  #tell(sink: ReaderSink, reader: string, condition: ReaderCondition, detail: string): void {
    sink.status({ reader, condition, detail, sinceEpochMs: this.#options.now() });
  }
}

function nameOf(reader: number): string {
  return `simulated-${reader + 1}`;
}

type FailedRead = { ok: false; cause: ReadFailureCause; detail: string };

async function lookAt(
  tag: SimulatedTag,
  rereads: number,
): Promise<Extract<WholeRead, { ok: true }> | FailedRead> {
  try {
    return await readWhole(() => tag.look(), rereads);
  } catch (error) {
    if (error instanceof TagTrouble) return { ok: false, cause: error.failure, detail: error.message };
    throw error;
  }
}
