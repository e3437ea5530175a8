import type { ReleasedAlertRules } from "@tapline/adapters/prisma/alerts";
import type { KpiSpans } from "@tapline/adapters/prisma/kpi";
import type { ReportedDelta, TelemetryStream } from "@tapline/adapters/redis";
import type { HeardNews } from "@tapline/adapters/redis/live";
import { AlertBook, type AlertSignal, type Evaluated } from "@tapline/core/alerts";
import type { Actor } from "@tapline/core/kernel";
import type { KpiReadings } from "@tapline/core/kpi";
import { entryEpochMs, isBehind } from "@tapline/core/telemetry";
import { AlertEvaluation } from "./alert-evaluation.ts";
import { AlertRecorder, type MaySettle, type RecorderParts, readableOf } from "./record-alerts.ts";
import { Retries } from "./retries.ts";
import { StampClock } from "./stamp-clock.ts";
import { StoreReadings } from "./store-readings.ts";
import { answerWithinMs, UnheardChanges, type UnheardParts } from "./unheard-changes.ts";
import { atMost, within } from "./within.ts";

export type WatchParts = RecorderParts &
  UnheardParts & {
    readonly telemetry: Pick<TelemetryStream, "read" | "now" | "newest">;
    /** What stores say of levels; what one of them does not say is left out. */
    readonly readings: () => Promise<KpiReadings>;
    readonly spans: Pick<KpiSpans, "availability">;
  };

const actor: Actor = { kind: "job", id: "alerts" };

/** What figures and conditions knew of the last while they learn anew after a restart. */
const warmUpMs = 15 * 60_000;
const minuteMs = 60_000;
const longestWaitMs = 1_000;
const lookEveryMs = 1_000;
/** A stamp that is farther ahead is none of this time: the clock was put back. */
const aheadMs = 10_000;
/** With a delta that is no older all telemetry is evaluated. */
const caughtUpMs = 1_000;
const firstReadingsMs = 1_000;
/** So long evaluation waits for PostgreSQL, of which all goes on beside it: with the wait for telemetry well below the lease. */
const patienceMs = 1_000;
const pauseAfterFailureMs = 1_000;

type Begun = {
  readonly book: AlertBook;
  readonly time: StampClock;
  readonly released: ReleasedAlertRules;
  readonly heardUpTo: string;
  readonly sinceEpochMs: number;
  readonly kept: Iterable<string>;
};

/** One life of the one process that watches. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #book: AlertBook;
  readonly #recorder: AlertRecorder;
  readonly #evaluation: AlertEvaluation;
  readonly #time: StampClock;
  /** The entry of the telemetry stream up to which all is evaluated. */
  #after: string;
  /** The entry of the alerts' stream up to which it is heard. */
  heardUpTo: string;
  readonly #readings: StoreReadings;
  #hasToAsk = true;
  #looksAtMs = Number.NEGATIVE_INFINITY;
  /** What goes on with PostgreSQL, one thing at a time; null: nothing. */
  #atDatabase: Promise<void> | null = null;
  readonly #unheard: UnheardChanges;
  readonly #writes = new Retries(pauseAfterFailureMs);

  private constructor(parts: WatchParts, { book, time, released, heardUpTo, sinceEpochMs, kept }: Begun) {
    this.#parts = parts;
    this.#book = book;
    this.#time = time;
    this.#readings = new StoreReadings(parts.readings, () => time.now());
    this.#recorder = new AlertRecorder(parts, book, kept);
    this.#evaluation = new AlertEvaluation(released, sinceEpochMs, parts.log);
    this.#after = `${sinceEpochMs}-0`;
    this.heardUpTo = heardUpTo;
    this.#unheard = new UnheardChanges(parts, {
      takeRules: (released) => this.#tell(this.#evaluation.change(released, time.now())),
      takeAlerts: (standing) => {
        for (const alert of standing) if (book.learn(alert)) this.#recorder.note(alert);
        this.#tell(this.#evaluation.adopt(book.open(), time.now()));
        this.#hasToAsk = true;
      },
    });
  }

  /**
   * Goes on where the last one stopped: with the open alerts, what it could not record, and the telemetry since. What came before
   * that is evaluated without a word, so that figures and conditions know what they knew.
   * @throws TaplineError `unavailable`, or what PostgreSQL throws, where that cannot be asked for rules and open alerts
   */
  static async begin(parts: WatchParts): Promise<Watch> {
    const { streams, desk } = parts;
    const asked = <Answer>(answer: Promise<Answer>) => within(answerWithinMs, "PostgreSQL", answer);
    const released = await asked(parts.rules.activeOrFirst(parts.firstRules));
    const heardUpTo = await streams.newest();
    const [open, unrecorded, cursor, time] = await Promise.all([
      asked(desk.open()),
      streams.unrecorded(),
      streams.cursor(),
      StampClock.open(parts.telemetry),
    ]);
    const book = new AlertBook(open);
    // From the begin of a minute on: what was before that stands in the minutes kept.
    const sinceMs = (cursor === null ? time.now() : entryEpochMs(cursor)) - warmUpMs;
    const sinceEpochMs = Math.floor(sinceMs / minuteMs) * minuteMs;
    const readable = readableOf(unrecorded, parts.log);
    const watch = new Watch(parts, { book, time, released, heardUpTo, sinceEpochMs, kept: readable.keys() });
    for (const writes of readable.values())
      for (const alert of book.takeOver(writes)) watch.#recorder.note(alert);
    await watch.#prepare();
    await watch.#warmUp(cursor);
    // From here on all counts, also for a successor.
    if (cursor === null) await streams.keepCursor(watch.#after);
    return watch;
  }

  /** Waits for telemetry, no longer than until something is due, and does what it says. */
  async round(telemetry: Pick<TelemetryStream, "next">, maySettle: MaySettle): Promise<void> {
    const dueEpochMs = Math.min(
      this.#evaluation.dueEpochMs,
      this.#book.dueEpochMs ?? Number.POSITIVE_INFINITY,
    );
    const waitMs = Math.max(0, Math.min(longestWaitMs, Math.ceil(dueEpochMs - this.#time.now())));
    const reported = await telemetry.next(this.#after, waitMs);
    for (const one of reported) this.#take(one);
    const nowEpochMs = this.#time.now();
    // Not before all is evaluated that the watch before had not recorded: of that nobody can say yet that it is over.
    if (this.#hasToAsk && (reported.at(-1)?.atEpochMs ?? nowEpochMs) > nowEpochMs - caughtUpMs) {
      this.#hasToAsk = false;
      this.#evaluation.ask(this.#book.open());
    }
    for (const { readings, atEpochMs } of this.#readings.drain()) this.#evaluation.read(readings, atEpochMs);
    this.#tell(this.#evaluation.order(this.#evaluation.pass(nowEpochMs)));
    this.#tell(this.#evaluation.letGo(nowEpochMs));
    for (const alert of this.#book.tick({ atEpochMs: nowEpochMs, actor })) this.#recorder.note(alert);
    await this.settle(maySettle);
    // Behind what is told, so that nobody waits for it; before what Redis takes to disk, which would make it a slow look.
    await this.#look(reported.length > 0);
    if (reported.length > 0) this.#keepCursor();
  }

  /** Takes in what is told of alerts, such as what people did. */
  hear(heard: readonly HeardNews[]): void {
    for (const { entry, news } of heard) {
      this.heardUpTo = entry;
      if (news === null) this.doubt();
      else if (news.is === "rules") this.#unheard.doubtRules();
      else if (news.recorded) for (const alert of news.alerts) this.#book.learn(alert);
    }
  }

  /** Asks the stores for levels, however long they take. */
  async takeReadings(): Promise<KpiReadings> {
    return await this.#readings.take();
  }

  /** Something may not have been heard: what stands recorded is looked up. */
  doubt(): void {
    this.#unheard.doubtRules();
    this.#unheard.doubtAlerts();
  }

  /**
   * Records what is not, and tells of it. Where PostgreSQL does not answer at once it is kept and told as not recorded, and PostgreSQL
   * goes on being asked beside whoever calls this.
   */
  async settle(maySettle: MaySettle): Promise<void> {
    this.#atDatabase ??= this.#askDatabase(maySettle).finally(() => {
      this.#atDatabase = null;
    });
    await atMost(patienceMs, this.#atDatabase);
    await this.#recorder.keep();
    await this.#recorder.tell();
  }

  async #askDatabase(maySettle: MaySettle): Promise<void> {
    await this.#unheard.ask(this.#book);
    if (this.#book.isSettled) return;
    await this.#writes.attempt(
      () => this.#recorder.write(maySettle),
      (error) =>
        this.#parts.log.warn({ err: error }, "alerts cannot be recorded now; they are told all the same"),
    );
  }

  /** Where agents stand, and what availability was before the telemetry that still stands in the stream. */
  async #prepare(): Promise<void> {
    const { telemetry, spans, log } = this.#parts;
    const [first] = (await telemetry.read(this.#after)).reported;
    const [known, read] = await Promise.allSettled([
      within(answerWithinMs, "PostgreSQL", spans.availability(first?.atEpochMs ?? this.#time.now())),
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
    const { telemetry } = this.#parts;
    const raised = new Map<string, Evaluated>();
    const learn = (signal: Evaluated) => {
      if (signal.kind === "raise") raised.set(nameOf(signal), signal);
      else raised.delete(nameOf(signal));
    };
    for (let hasMore = true; hasMore; ) {
      const page = await telemetry.read(this.#after);
      const known = page.reported.filter(({ entry }) => cursor === null || !isBehind(entry, cursor));
      for (const one of known) for (const signal of this.#evaluation.take(one, one.atEpochMs)) learn(signal);
      this.#after = known.at(-1)?.entry ?? this.#after;
      hasMore = page.hasMore && known.length === page.reported.length;
    }
    const nowEpochMs = cursor === null ? this.#time.now() : entryEpochMs(cursor);
    this.#tell(this.#evaluation.adopt(this.#book.open(), nowEpochMs));
    this.#tell(this.#evaluation.order([...raised.values()]));
  }

  /** Beside the evaluation, which goes on with what comes: a cursor that is behind costs a successor some work, and nothing else. */
  #keepCursor(): void {
    const { streams, log } = this.#parts;
    streams.keepCursor(this.#after).catch((error: unknown) => {
      log.warn({ err: error }, "up to where alerts are recorded cannot be kept; the next round tries again");
    });
  }

  /** Once a second: what time it is, and where nothing came whether the streams are still the ones that were read. */
  async #look(hasCome: boolean): Promise<void> {
    if (performance.now() < this.#looksAtMs) return;
    this.#looksAtMs = performance.now() + lookEveryMs;
    const { telemetry, streams, log } = this.#parts;
    const setByMs = await this.#time.look();
    if (setByMs !== 0) {
      log.warn(
        "the clock of Redis was set: agents are judged on by how long they have been silent; of the buffer, keys and restores nothing is told for 3 min",
      );
      this.#readings.distrust();
      this.#evaluation.clockWasSet(setByMs);
    }
    const [newest, newestNews] = [hasCome ? null : await telemetry.newest(), await streams.newest()];
    // A stream that was lost begins anew, and where the clock was put back meanwhile, before what was read last.
    if (newest !== null && isBehind(this.#after, newest)) this.#after = "0-0";
    if (!isBehind(this.heardUpTo, newestNews)) return;
    this.heardUpTo = "0-0";
    this.doubt();
  }

  #take(reported: ReportedDelta): void {
    // As of its own time, which whoever evaluates it anew will say, too; stamps go on from the last one where the clock was put back.
    const nowEpochMs = this.#time.now();
    const atEpochMs = reported.atEpochMs > nowEpochMs + aheadMs ? nowEpochMs : reported.atEpochMs;
    this.#tell(this.#evaluation.order(this.#evaluation.take({ ...reported, atEpochMs }, atEpochMs)));
    this.#after = reported.entry;
  }

  #tell(signals: readonly AlertSignal[]): void {
    for (const signal of signals) {
      const event = this.#evaluation.eventOf(signal);
      if (event === null) continue;
      this.#recorder.note(this.#book.tell(signal, event, { atEpochMs: signal.atEpochMs, actor }));
    }
  }
}

const nameOf = ({ ruleId, scopeKey }: Evaluated): string => `${ruleId} ${scopeKey}`;
