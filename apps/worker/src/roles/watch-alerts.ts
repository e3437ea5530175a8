import type { AlertDesk, AlertRulesDesk, KpiSpans, ReleasedAlertRules } from "@tapline/adapters/prisma";
import type { AlertStreams, HeardNews, ReportedDelta, TelemetryStream } from "@tapline/adapters/redis";
import {
  type Alert,
  AlertBook,
  type AlertRules,
  type AlertSignal,
  type AlertWrite,
  type Evaluated,
  type ToldEvent,
} from "@tapline/core/alerts";
import type { Actor } from "@tapline/core/kernel";
import type { KpiReadings } from "@tapline/core/kpi";
import { entryEpochMs, isBehind } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { AlertEvaluation } from "./alert-evaluation.ts";
import { within } from "./within.ts";

export type WatchParts = {
  readonly telemetry: Pick<TelemetryStream, "read">;
  readonly streams: AlertStreams;
  readonly desk: Pick<AlertDesk, "write" | "open" | "openOf" | "find">;
  readonly rules: Pick<AlertRulesDesk, "activeOrFirst">;
  /** In force where none were ever released. */
  readonly firstRules: AlertRules;
  /** What stores say of levels; what one of them does not say is left out. */
  readonly readings: () => Promise<KpiReadings>;
  readonly spans: Pick<KpiSpans, "availability">;
  readonly clock: () => number;
  readonly log: Logger;
};

const actor: Actor = { kind: "job", id: "alerts" };

/** What figures and conditions knew of the last while they learn anew after a restart. */
const warmUpMs = 15 * 60_000;
const minuteMs = 60_000;
const longestWaitMs = 1_000;
/** Shorter than the lease, which nobody renews while a watch begins. */
const firstReadingsMs = 1_000;
/** A delta that is older is evaluated as of its own time. */
const lateMs = 2_000;
const writesAtOnce = 500;
const writeTimeoutMs = 5_000;
const pauseAfterFailureMs = 1_000;

/** Keeps the lease, where it is time to. */
type Lead = () => Promise<boolean>;

type Begun = {
  readonly book: AlertBook;
  readonly released: ReleasedAlertRules;
  readonly heardUpTo: string;
  readonly sinceEpochMs: number;
};

/** One life of the one process that watches. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #book: AlertBook;
  readonly #evaluation: AlertEvaluation;
  /** The entry of the telemetry stream up to which all is evaluated. */
  #after: string;
  /** The entry of the alerts' stream up to which it is heard. */
  heardUpTo: string;
  /** What stores said, and is not evaluated yet. */
  readonly #read: { readonly readings: KpiReadings; readonly atEpochMs: number }[] = [];
  #inDoubt = false;
  #hasNewRules = false;
  readonly #untold = new Map<string, Alert>();
  /** Told as not yet recorded. */
  readonly #halfTold = new Map<string, Alert>();
  #kept: readonly string[] = [];
  #triesAtMs = Number.NEGATIVE_INFINITY;

  private constructor(parts: WatchParts, { book, released, heardUpTo, sinceEpochMs }: Begun) {
    this.#parts = parts;
    this.#book = book;
    this.#evaluation = new AlertEvaluation(released, sinceEpochMs, parts.log);
    this.#after = `${sinceEpochMs}-0`;
    this.heardUpTo = heardUpTo;
  }

  /**
   * Goes on where the last one stopped: with the open alerts, what it could not record, and the telemetry since. What came before
   * that is evaluated without a word, so that figures and conditions know what they knew.
   */
  static async begin(parts: WatchParts): Promise<Watch> {
    const { streams, desk, clock } = parts;
    const released = await parts.rules.activeOrFirst(parts.firstRules);
    const heardUpTo = await streams.newest();
    const [open, unrecorded, cursor] = await Promise.all([
      desk.open(),
      streams.unrecorded(),
      streams.cursor(),
    ]);
    const book = new AlertBook(open);
    // From the begin of a minute on: what was before that stands in the minutes kept.
    const sinceMs = (cursor === null ? clock() : entryEpochMs(cursor)) - warmUpMs;
    const sinceEpochMs = Math.floor(sinceMs / minuteMs) * minuteMs;
    const watch = new Watch(parts, { book, released, heardUpTo, sinceEpochMs });
    for (const told of unrecorded)
      for (const alert of book.takeOver(JSON.parse(told) as ToldEvent[][])) watch.#note(alert);
    watch.#kept = [...book.unrecorded().keys()];
    await watch.#prepare();
    await watch.#warmUp(cursor);
    // From here on all counts, also for a successor.
    if (cursor === null) await streams.keepCursor(watch.#after);
    return watch;
  }

  /** Waits for telemetry, no longer than until something is due, and does what it says. */
  async round(telemetry: Pick<TelemetryStream, "next">, lead: Lead): Promise<void> {
    const { clock, streams } = this.#parts;
    const dueEpochMs = Math.min(
      this.#evaluation.dueEpochMs,
      this.#book.dueEpochMs ?? Number.POSITIVE_INFINITY,
    );
    const waitMs = Math.max(0, Math.min(longestWaitMs, Math.ceil(dueEpochMs - clock())));
    const reported = await telemetry.next(this.#after, waitMs);
    if (this.#hasNewRules) await this.#changeRules();
    if (this.#inDoubt) await this.#makeSure();
    for (const one of reported) this.#take(one);
    const nowEpochMs = clock();
    for (const { readings, atEpochMs } of this.#read.splice(0)) this.#evaluation.read(readings, atEpochMs);
    this.#tell(this.#evaluation.order(this.#evaluation.pass(nowEpochMs)));
    this.#tell(this.#evaluation.letGo(nowEpochMs));
    for (const alert of this.#book.tick({ atEpochMs: nowEpochMs, actor })) this.#note(alert);
    await this.record(lead);
    if (reported.length > 0) await streams.keepCursor(this.#after);
  }

  /** Takes in what is told of alerts, such as what people did. */
  hear(heard: readonly HeardNews[]): void {
    for (const { entry, news } of heard) {
      this.heardUpTo = entry;
      if (news === null) this.doubt();
      else if (news.is === "rules") this.#hasNewRules = true;
      else if (news.recorded) for (const alert of news.alerts) this.#book.learn(alert);
    }
  }

  /** Asks the stores for levels, however long they take. */
  async takeReadings(): Promise<KpiReadings> {
    const readings = await this.#parts.readings();
    this.#read.push({ readings, atEpochMs: this.#parts.clock() });
    return readings;
  }

  /** Something may not have been heard: what stands recorded is looked up. */
  doubt(): void {
    this.#inDoubt = true;
    this.#hasNewRules = true;
  }

  /** Records what is not, and tells of it; where the database is away it is kept, and told as not recorded. */
  async record(lead: Lead): Promise<void> {
    if (performance.now() >= this.#triesAtMs) {
      try {
        await this.#write(lead);
      } catch (error) {
        this.#triesAtMs = performance.now() + pauseAfterFailureMs;
        this.#parts.log.warn({ err: error }, "alerts cannot be recorded now; they are told all the same");
      }
    }
    await this.#keep();
    await this.#publish([...this.#untold.values()], this.#book.isSettled);
  }

  /** @throws what the database throws */
  async #write(lead: Lead): Promise<void> {
    for (let writes = this.#book.takeWrites(); writes.length > 0; writes = this.#book.takeWrites()) {
      for (let start = 0; start < writes.length; start += writesAtOnce) {
        await lead();
        await this.#writeSome(writes.slice(start, start + writesAtOnce));
      }
    }
  }

  async #writeSome(writes: readonly AlertWrite[]): Promise<void> {
    const outcomes = await within(writeTimeoutMs, "PostgreSQL", this.#parts.desk.write(writes));
    const told: Alert[] = [];
    for (const write of writes) {
      const outcome = outcomes.get(write.alert.id);
      if (outcome === "written") this.#book.written(write);
      else await this.#goOnFrom(write, outcome === "known");
      const alert = this.#untold.get(write.alert.id) ?? this.#halfTold.get(write.alert.id);
      if (alert !== undefined) told.push(alert);
    }
    await this.#publish(told, true);
  }

  /** Somebody else has written of this alert: an operator, or a process that watched before. */
  async #goOnFrom(write: AlertWrite, isKnown: boolean): Promise<void> {
    const standing = await within(writeTimeoutMs, "PostgreSQL", this.#parts.desk.openOf(write.alert));
    this.#untold.delete(write.alert.id);
    this.#note(this.#book.overtaken(write, standing, isKnown));
  }

  /** Keeps for the next process what is not recorded, and forgets what is. */
  async #keep(): Promise<void> {
    if (this.#book.isSettled && this.#kept.length === 0) return;
    const unrecorded = this.#book.unrecorded();
    const { streams } = this.#parts;
    await streams.keepUnrecorded(
      new Map([...unrecorded].map(([name, told]) => [name, JSON.stringify(told)])),
    );
    await streams.forgetUnrecorded(this.#kept.filter((name) => !unrecorded.has(name)));
    this.#kept = [...unrecorded.keys()];
  }

  async #publish(alerts: readonly Alert[], recorded: boolean): Promise<void> {
    if (alerts.length === 0) return;
    await this.#parts.streams.publish(alerts, recorded);
    for (const alert of alerts) {
      this.#untold.delete(alert.id);
      if (recorded) this.#halfTold.delete(alert.id);
      else this.#halfTold.set(alert.id, alert);
    }
  }

  /** Where agents stand, and what availability was before the telemetry that still stands in the stream. */
  async #prepare(): Promise<void> {
    const { telemetry, spans, clock, log } = this.#parts;
    const [first] = await telemetry.read(this.#after);
    const [known, read] = await Promise.allSettled([
      spans.availability(first?.atEpochMs ?? clock()),
      within(firstReadingsMs, "the stores", this.takeReadings()),
    ]);
    for (const one of [known, read])
      if (one.status === "rejected")
        log.warn({ err: one.reason }, "what was before this watch is not all known; it begins without");
    this.#evaluation.prepare(
      known.status === "fulfilled" ? known.value : [],
      read.status === "fulfilled" ? (read.value.fleet ?? []) : [],
    );
  }

  async #warmUp(cursor: string | null): Promise<void> {
    const { telemetry, clock } = this.#parts;
    const raised = new Map<string, Evaluated>();
    const learn = (signal: Evaluated) => {
      if (signal.kind === "raise") raised.set(nameOf(signal), signal);
      else raised.delete(nameOf(signal));
    };
    for (;;) {
      const page = await telemetry.read(this.#after);
      const known = cursor === null ? page : page.filter(({ entry }) => !isBehind(entry, cursor));
      for (const one of known) for (const signal of this.#evaluation.take(one, one.atEpochMs)) learn(signal);
      this.#after = known.at(-1)?.entry ?? this.#after;
      if (known.length < page.length || page.length === 0) break;
    }
    const nowEpochMs = cursor === null ? clock() : entryEpochMs(cursor);
    const gone = this.#evaluation.adopt(this.#book.open(), nowEpochMs);
    this.#tell(this.#evaluation.order([...gone, ...raised.values()]));
  }

  #take(reported: ReportedDelta): void {
    const nowEpochMs = this.#parts.clock();
    const isLate = nowEpochMs - reported.atEpochMs > lateMs;
    const evaluated = this.#evaluation.take(reported, isLate ? reported.atEpochMs : nowEpochMs);
    this.#tell(this.#evaluation.order(evaluated));
    this.#after = reported.entry;
  }

  #tell(signals: readonly AlertSignal[]): void {
    for (const signal of signals) {
      const event = this.#evaluation.eventOf(signal);
      if (event !== null) this.#note(this.#book.tell(signal, event, { atEpochMs: signal.atEpochMs, actor }));
    }
  }

  #note(alert: Alert | null): void {
    if (alert !== null) this.#untold.set(alert.id, alert);
  }

  async #changeRules(): Promise<void> {
    const released = await this.#parts.rules.activeOrFirst(this.#parts.firstRules);
    this.#hasNewRules = false;
    this.#tell(this.#evaluation.change(released, this.#parts.clock()));
    this.#parts.log.info({ version: released.version }, "alert rules in force");
  }

  async #makeSure(): Promise<void> {
    const { desk, clock } = this.#parts;
    const standing = await within(writeTimeoutMs, "PostgreSQL", desk.open());
    this.#inDoubt = false;
    const ids = new Set(standing.map(({ id }) => id));
    for (const { id } of this.#book.open().filter((alert) => !ids.has(alert.id))) {
      // One that is not recorded yet is not there.
      const alert = await desk.find(id).catch(() => null);
      if (alert !== null) standing.push(alert);
    }
    for (const alert of standing) if (this.#book.learn(alert)) this.#note(alert);
    this.#tell(this.#evaluation.order(this.#evaluation.adopt(this.#book.open(), clock())));
  }
}

const nameOf = ({ ruleId, scopeKey }: Evaluated): string => `${ruleId} ${scopeKey}`;
