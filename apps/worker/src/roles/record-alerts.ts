import type { AlertDesk } from "@tapline/adapters/prisma/alerts";
import type { AlertStreams } from "@tapline/adapters/redis/live";
import {
  type Alert,
  type AlertBook,
  type AlertWrite,
  parseUnrecorded,
  type ToldEvent,
  unrecordedText,
} from "@tapline/core/alerts";
import type { Logger } from "pino";
import { within } from "./within.ts";

export type RecorderParts = {
  readonly streams: AlertStreams;
  readonly desk: Pick<AlertDesk, "write" | "openOf" | "find">;
};

/** Keeps the lease, where it is time to. @returns whether what was found under it may still be written */
export type MaySettle = () => Promise<boolean>;

const writesAtOnce = 500;
/** More are a flood, which would cost everybody who listens twice as much: it is told once, when it is recorded. */
const mostToldAhead = 20;
/** Longer than PostgreSQL takes for that many on a machine with much to do; who evaluates does not wait for it. */
const writeTimeoutMs = 5_000;

/** Records in PostgreSQL what the watch's book says, keeps in Redis what could not be yet, and tells of both. */
export class AlertRecorder {
  readonly #parts: RecorderParts;
  readonly #book: AlertBook;
  readonly #untold = new Map<string, Alert>();
  /** Told as not yet recorded. */
  readonly #halfTold = new Map<string, Alert>();
  /** Names under which something is kept in Redis, and the change of the book up to which it is. */
  readonly #kept: Set<string>;
  #keptChanges = 0;

  /** @param kept names under which something is kept already */
  constructor(parts: RecorderParts, book: AlertBook, kept: Iterable<string>) {
    this.#parts = parts;
    this.#book = book;
    this.#kept = new Set(kept);
  }

  /** Has an alert told that is as it was not before. */
  note(alert: Alert | null): void {
    if (alert !== null) this.#untold.set(alert.id, alert);
  }

  /**
   * Writes what is not recorded, and tells of it; ends early where this process has not led for some seconds: then others know better.
   * @throws what the database throws; TaplineError `unavailable` where it does not answer
   */
  async write(maySettle: MaySettle): Promise<void> {
    for (let writes = this.#book.takeWrites(); writes.length > 0; writes = this.#book.takeWrites()) {
      for (let start = 0; start < writes.length; start += writesAtOnce) {
        if (!(await maySettle())) return;
        await this.#writeSome(writes.slice(start, start + writesAtOnce));
      }
    }
  }

  /** Keeps for the next process what is not recorded, and forgets what is. */
  async keep(): Promise<void> {
    const { streams } = this.#parts;
    if (this.#book.isSettled && this.#kept.size === 0) return;
    // Redis may have lost what it was given.
    if (this.#kept.size > 0 && (await streams.unrecordedCount()) < this.#kept.size) this.#keptChanges = 0;
    const { changes } = this.#book;
    const changed = this.#book.unrecorded(this.#keptChanges);
    for (const name of changed.keys()) this.#kept.add(name);
    await streams.keepUnrecorded(
      new Map([...changed].map(([name, writes]) => [name, unrecordedText(writes)])),
    );
    this.#keptChanges = changes;
    const unrecorded = new Set(this.#book.unrecordedNames());
    const over = [...this.#kept].filter((name) => !unrecorded.has(name));
    await streams.forgetUnrecorded(over);
    for (const name of over) this.#kept.delete(name);
  }

  /** Tells of what is new, recorded or not. */
  async tell(): Promise<void> {
    const { recorded = [], unrecorded = [] } = Object.groupBy(this.#untold.values(), (alert) =>
      this.#book.isRecorded(alert) ? "recorded" : "unrecorded",
    );
    await this.#publish(recorded, true);
    await this.#publish(unrecorded, false);
  }

  async #writeSome(writes: readonly AlertWrite[]): Promise<void> {
    const [, outcomes] = await Promise.all([
      this.#tellAhead(writes),
      within(writeTimeoutMs, "PostgreSQL", this.#parts.desk.write(writes)),
    ]);
    const told: Alert[] = [];
    for (const write of writes) {
      const outcome = outcomes.get(write.alert.id);
      if (outcome === "written") this.#book.written(write);
      else await this.#goOnFrom(write, outcome === "known");
      const alert = this.#untold.get(write.alert.id) ?? this.#halfTold.get(write.alert.id);
      // Of what has changed since, the rest is to be written first.
      if (alert !== undefined && this.#book.isRecorded(alert)) told.push(alert);
    }
    await this.#publish(told, true);
  }

  /** Who looks at a console need not wait for the disk: what is raised for the first time, on which nobody can have acted, is told while it is written. */
  async #tellAhead(writes: readonly AlertWrite[]): Promise<void> {
    if (writes.length > mostToldAhead) return;
    const opened = writes.filter(({ baseRev }) => baseRev === 0);
    const untold = opened.flatMap(({ alert }) => this.#untold.get(alert.id) ?? []);
    await this.#publish(untold, false);
  }

  /** Somebody else has written of this alert: an operator, or a process that watched before. */
  async #goOnFrom(write: AlertWrite, isKnown: boolean): Promise<void> {
    const { id } = write.alert;
    const standing = await within(writeTimeoutMs, "PostgreSQL", this.#parts.desk.openOf(write.alert));
    const now = this.#book.overtaken(write, standing, isKnown);
    this.#untold.delete(id);
    if (now !== null || !this.#halfTold.delete(id)) return this.note(now);
    // Who was told of it is told how it ended; it may never have come to be.
    const ended = await within(writeTimeoutMs, "PostgreSQL", this.#parts.desk.find(id)).catch(() => null);
    this.note(ended);
  }

  async #publish(alerts: readonly Alert[], recorded: boolean): Promise<void> {
    if (alerts.length === 0) return;
    for (const alert of alerts) {
      this.#untold.delete(alert.id);
      if (recorded) this.#halfTold.delete(alert.id);
      else this.#halfTold.set(alert.id, alert);
    }
    try {
      await this.#parts.streams.publish(alerts, recorded);
    } catch (error) {
      for (const alert of alerts) if (!this.#untold.has(alert.id)) this.#untold.set(alert.id, alert);
      throw error;
    }
  }
}

/** What another process could not record, by its name. What cannot be read is left to a process that can. */
export function readableOf(unrecorded: ReadonlyMap<string, string>, log: Logger): Map<string, ToldEvent[][]> {
  const readable = new Map<string, ToldEvent[][]>();
  for (const [name, text] of unrecorded)
    try {
      readable.set(name, parseUnrecorded(text));
    } catch (error) {
      log.error(
        { err: error, name },
        "what was kept of an alert that is not recorded cannot be read, and is passed over",
      );
    }
  return readable;
}
