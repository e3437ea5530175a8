import type { Clock } from "@tapline/core/kernel";
import { pauseReasons, readerConditions } from "@tapline/core/tap";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AgentEvent, TapProgress } from "../events.ts";
import type { Status } from "../status/index.ts";

/** Taps whose way to a verdict is timed at once; more are counted and not timed. */
const maxTimed = 100_000;

const prefix = "tapline_agent_";
const syncBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const readBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const verdictBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/**
 * The agent's metrics for Prometheus. Names carry their unit; labels have few, fixed values: readers' and trackers'
 * names are never among them. docs/agent.md lists them.
 */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #monotonic: Clock;
  readonly #keptAtMs = new Map<number, number>();
  readonly #taps: Counter<"status">;
  readonly #failures: Counter<"cause">;
  readonly #rereads: Counter;
  readonly #reads: Histogram;
  readonly #verdicts: Histogram;
  readonly #syncs: Histogram;

  /** @param monotonic a clock that never goes back, ms */
  constructor(monotonic: Clock) {
    this.#monotonic = monotonic;
    const registers = [this.registry];
    const named = (name: string, help: string) => ({ name: `${prefix}${name}`, help, registers });
    this.#taps = new Counter({
      ...named("taps_total", "Taps that reached a status, since the start"),
      labelNames: ["status"],
    });
    this.#failures = new Counter({
      ...named("read_failures_total", "Reads that gave no tap, by cause"),
      labelNames: ["cause"],
    });
    this.#rereads = new Counter(named("rereads_total", "Times that a torn read was repeated"));
    this.#reads = new Histogram({
      ...named("read_duration_seconds", "From a tag's coming into the field to its last byte"),
      buckets: readBuckets,
    });
    this.#verdicts = new Histogram({
      ...named("verdict_duration_seconds", "From a tap's being kept to the server's first verdict"),
      buckets: verdictBuckets,
    });
    this.#syncs = new Histogram({
      ...named("outbox_sync_duration_seconds", "One write to the outbox with its fdatasync"),
      buckets: syncBuckets,
    });
    // By default it wakes an idle process 100 times a second to measure how late the event loop is.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 20 });
  }

  /** Adds the gauges, which are read from the status whenever they are asked for. */
  watch(status: () => Status): void {
    const gauge = <Label extends string>(
      name: string,
      help: string,
      read: (status: Status, set: (value: number, labels?: Partial<Record<Label, string>>) => void) => void,
      labelNames: Label[] = [],
    ) => {
      const collect = () => {
        read(status(), (value, labels) => (labels ? made.set(labels, value) : made.set(value)));
      };
      const made = new Gauge<Label>({
        name: `${prefix}${name}`,
        help,
        labelNames,
        registers: [this.registry],
        collect,
      });
    };
    gauge("info", "Always 1; its label is the agent's version", (s, set) => set(1, { version: s.version }), [
      "version",
    ]);
    gauge("outbox_taps", "Taps without an end", ({ outbox }, set) => set(outbox.taps));
    gauge("outbox_bytes", "Bytes of the outbox on disk", ({ outbox }, set) => set(outbox.bytes));
    gauge("outbox_max_bytes", "Its bound", ({ outbox }, set) => set(outbox.maxBytes));
    gauge(
      "outbox_oldest_age_seconds",
      "Age of the oldest tap without an end; 0 where there is none",
      (s, set) => set(s.outbox.oldestAgeMs / 1000),
    );
    gauge(
      "paused",
      "1 for the reason why reading pauses",
      (s, set) => {
        for (const reason of pauseReasons) set(s.paused === reason ? 1 : 0, { reason });
      },
      ["reason"],
    );
    gauge(
      "readers",
      "Readers by condition",
      (s, set) => {
        for (const condition of readerConditions) set(s.readers[condition] ?? 0, { condition });
      },
      ["condition"],
    );
    gauge("link_up", "1 where the server answers as agreed", ({ link }, set) => set(link.up ? 1 : 0));
    gauge(
      "clock_skew_seconds",
      "The server's clock minus this PC's; absent before it was measured",
      (s, set) => {
        if (s.link.clockSkewMs !== null) set(s.link.clockSkewMs / 1000);
      },
    );
    gauge("config_revision", "Revision of the server's settings in force", (s, set) =>
      set(s.settings.revision),
    );
    gauge("certificate_end_timestamp_seconds", "When the client certificate ends", (s, set) => {
      if (s.certificateEndsAtEpochMs !== null) set(s.certificateEndsAtEpochMs / 1000);
    });
    gauge("troubles", "Troubles that `tapline-agent status` names", (s, set) => set(s.troubles.length));
  }

  take(event: AgentEvent): void {
    if (event.type === "tap-kept") {
      this.#taps.inc({ status: "kept" });
      this.#reads.observe(event.readMs / 1000);
      if (event.rereads > 0) this.#rereads.inc(event.rereads);
      if (this.#keptAtMs.size < maxTimed) this.#keptAtMs.set(event.seq, this.#monotonic());
    } else if (event.type === "read-failed") this.#failures.inc({ cause: event.failure.cause });
    else if (event.type === "tap-progress") for (const step of event.taps) this.#step(step);
  }

  /** @param tookMs how long one write to the outbox took, with its sync */
  synced(tookMs: number): void {
    this.#syncs.observe(tookMs / 1000);
  }

  async text(): Promise<{ text: string; contentType: string }> {
    return { text: await this.registry.metrics(), contentType: this.registry.contentType };
  }

  #step({ seq, status, final }: TapProgress): void {
    // These are told twice, by the hint and by the receipt: the receipt counts.
    if (final || (status !== "duplicate" && status !== "refused")) this.#taps.inc({ status });
    if (status === "durable" || status === "kept") return;
    const keptAtMs = this.#keptAtMs.get(seq);
    if (keptAtMs === undefined) return;
    this.#keptAtMs.delete(seq);
    this.#verdicts.observe((this.#monotonic() - keptAtMs) / 1000);
  }
}
