import type { RejectReason } from "../tap/index.ts";
import type { CounterName, HistogramName, TelemetryDelta } from "./delta.ts";
import { Histogram } from "./histogram.ts";
import { PartRecorder } from "./part-recorder.ts";
import type { AgentCounter, AgentHistogram, ArchiveCounter, ReaderCounter } from "./parts.ts";
import type { SignOfLife } from "./sign-of-life.ts";

/** What operators are to know at once; all else may wait for the moment in which more comes. */
const urgent: ReadonlySet<CounterName> = new Set([
  ...(["segment.failed_attempt", "segment.missing", "site.unbalanced", "restore.failed"] as const),
  ...(["archive.failed", "archive.copy_failed", "archive.circuit_opened", "archive.space_short"] as const),
  ...(["buffer.memory_short", "audit.disputed", "key.refused", "agent.quota_spent", "tap.rejected"] as const),
]);

/** Gathers what this process sees; `take` hands it over as one delta and begins anew. In memory only. */
export class TelemetryRecorder {
  readonly #instance: string;
  readonly #counters = new Map<CounterName, number>();
  readonly #rejects = new Map<RejectReason, number>();
  readonly #histograms = new Map<HistogramName, Histogram>();
  readonly #parts = new PartRecorder();
  #onEvent: ((isUrgent: boolean) => void) | null = null;

  /** @param instance name of this process, unique among those running */
  constructor(instance: string) {
    this.#instance = instance;
  }

  /** Calls `onEvent` with each thing that is counted or timed from now on. It must be quick: it is on the path of the taps. */
  watch(onEvent: (isUrgent: boolean) => void): void {
    this.#onEvent = onEvent;
  }

  count(name: CounterName, by = 1): void {
    if (by <= 0) return;
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
    this.#onEvent?.(urgent.has(name) || this.#parts.isFull);
  }

  /** Counts what an agent brought from one of its readers. */
  countOfReader(name: ReaderCounter, agent: string, reader: string, by = 1): void {
    if (by <= 0) return;
    this.#parts.ofReader(name, agent, reader, by);
    this.count(name, by);
  }

  countOfAgent(name: AgentCounter, agent: string, by = 1): void {
    if (by <= 0) return;
    this.#parts.ofAgent(name, agent, by);
    this.count(name, by);
  }

  /** @param archive its name in the settings */
  countOfArchive(name: ArchiveCounter, archive: string, by = 1): void {
    if (by <= 0) return;
    this.#parts.ofArchive(name, archive, by);
    this.count(name, by);
  }

  /** Counts a tap that was refused for what it is. */
  reject(reason: RejectReason, agent: string, reader: string): void {
    this.#rejects.set(reason, (this.#rejects.get(reason) ?? 0) + 1);
    this.countOfReader("tap.rejected", agent, reader);
  }

  /** @param milliseconds how long it took @param times how many things took that long */
  time(name: HistogramName, milliseconds: number, times = 1): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.#histograms.set(name, histogram);
    }
    histogram.record(milliseconds, times);
    this.#onEvent?.(false);
  }

  /** Times what an agent brought. */
  timeOfAgent(name: AgentHistogram, agent: string, milliseconds: number, times = 1): void {
    this.#parts.timeOfAgent(name, agent, milliseconds, times);
    this.time(name, milliseconds, times);
  }

  /** Whether there is anything to take. */
  get isEmpty(): boolean {
    return this.#counters.size === 0 && this.#histograms.size === 0;
  }

  /** The delta since the last call, or `null` where nothing happened and no sign of life is due. */
  take(atEpochMs: number, sign: SignOfLife | null = null): TelemetryDelta | null {
    if (sign === null && this.isEmpty) return null;
    const parts = this.#parts.take();
    const delta: TelemetryDelta = {
      instance: this.#instance,
      atEpochMs,
      counters: Object.fromEntries(this.#counters),
      rejects: Object.fromEntries(this.#rejects),
      histograms: Object.fromEntries([...this.#histograms].map(([name, h]) => [name, h.data()])),
      ...(parts === null ? {} : { parts }),
      ...(sign === null ? {} : { sign }),
    };
    this.#counters.clear();
    this.#rejects.clear();
    this.#histograms.clear();
    return delta;
  }
}
