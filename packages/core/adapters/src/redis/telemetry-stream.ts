import {
  entryEpochMs,
  isBehind,
  type SignOfLife,
  type TelemetryDelta,
  telemetryDeltaSchema,
} from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { deltasKept, telemetryKeys } from "./keys.ts";
import { entriesAfter, newestEntry, type StreamEntry } from "./stream-entries.ts";

/** A delta as it stands in the stream. */
export type ReportedDelta = {
  readonly entry: string;
  readonly atEpochMs: number;
  readonly delta: TelemetryDelta;
};

/** Deltas as they follow each other in the stream, oldest first. */
export type DeltaPage = {
  readonly reported: readonly ReportedDelta[];
  /** Whether there may be more behind it already. */
  readonly hasMore: boolean;
};

/** What a process last said of itself, and how long ago by the server's clock, ms. */
export type HeardProcess = Pick<SignOfLife, "roles" | "awayArchives"> & {
  readonly instance: string;
  readonly agoMs: number;
};

/** Entries of one read. */
const pageEntries = 1_000;

/** Of what was read last so much is held, in characters of JSON. */
const heldChars = 1_000_000;

/** Deltas as they were read last, for a process that follows the stream for several purposes: it takes each of them apart once. */
export class ReadDeltas {
  readonly #held = new Map<string, { readonly text: string; readonly delta: TelemetryDelta }>();
  #chars = 0;

  /** What an entry says, to read only. Throws where that is no delta. */
  of(entry: string, text: string): TelemetryDelta {
    const held = this.#held.get(entry);
    if (held?.text === text) return held.delta;
    const delta = telemetryDeltaSchema.parse(JSON.parse(text));
    this.#chars += text.length - (held?.text.length ?? 0);
    this.#held.set(entry, { text, delta });
    for (const [oldest, { text: gone }] of this.#held) {
      if (this.#chars <= heldChars) break;
      this.#chars -= gone.length;
      this.#held.delete(oldest);
    }
    return delta;
  }
}

/** Told of an entry that cannot be read, such as that of a newer version, and is passed over. */
export type OnUnreadable = (entry: string, error: unknown) => void;

/** The stream on which processes report what they saw. Entries that cannot be read are passed over: nobody stands still for one. */
export class TelemetryStream {
  readonly #redis: Redis;
  readonly #onUnreadable: OnUnreadable;
  readonly #deltas: ReadDeltas;
  /** The newest entry that was told as unreadable: who reads it again does not hear of it again. */
  #unreadable = "0-0";

  /** @param deltas shared by those who read the same stream */
  constructor(redis: Redis, onUnreadable: OnUnreadable = () => undefined, deltas = new ReadDeltas()) {
    this.#redis = redis;
    this.#onUnreadable = onUnreadable;
    this.#deltas = deltas;
  }

  async report(delta: TelemetryDelta): Promise<void> {
    await this.#redis.xadd(telemetryKeys.deltas, "MAXLEN", "~", deltasKept, "*", "j", JSON.stringify(delta));
  }

  /**
   * Deltas after entry `after`, at most 1,000, each with its entry and the server's time of it; none where there is none
   * behind it.
   */
  async read(after: string): Promise<DeltaPage> {
    for (let from = after; ; ) {
      const start = from === "0" ? "-" : `(${from}`;
      const rows = await this.#redis.xrange(telemetryKeys.deltas, start, "+", "COUNT", pageEntries);
      const reported = this.#readable(rows);
      const last = rows.at(-1);
      if (reported.length > 0 || last === undefined)
        return { reported, hasMore: rows.length === pageEntries };
      [from] = last;
    }
  }

  /**
   * Deltas after entry `after` as they come, oldest first, at most 1,000; none where none came within `withinMs`. Blocks the
   * connection, which must be the caller's own.
   */
  async next(after: string, withinMs: number): Promise<ReportedDelta[]> {
    const endMs = performance.now() + withinMs;
    for (let from = after; ; ) {
      const leftMs = Math.max(1, Math.ceil(endMs - performance.now()));
      const wait = { most: pageEntries, blockMs: leftMs };
      const rows = await entriesAfter(this.#redis, telemetryKeys.deltas, from, wait);
      const reported = this.#readable(rows);
      const last = rows.at(-1);
      if (reported.length > 0 || last === undefined) return reported;
      [from] = last;
    }
  }

  /** The time by which entries are stamped, ms since 1970. */
  async now(): Promise<number> {
    const [seconds = 0, microseconds = 0] = (await this.#redis.time()).map(Number);
    return seconds * 1_000 + Math.floor(microseconds / 1_000);
  }

  /** The newest entry; null where there is none. */
  async newest(): Promise<string | null> {
    return (await newestEntry(this.#redis, telemetryKeys.deltas))?.[0] ?? null;
  }

  /** Processes that gave a sign of life within the last `withinMs`, by name. */
  async heard(withinMs: number): Promise<HeardProcess[]> {
    const nowEpochMs = await this.now();
    const last = new Map<string, HeardProcess>();
    let after = `${nowEpochMs - withinMs}-0`;
    for (;;) {
      const { reported, hasMore } = await this.read(after);
      for (const { atEpochMs, delta } of reported) {
        const { instance, sign } = delta;
        const agoMs = Math.max(0, nowEpochMs - atEpochMs);
        if (sign === undefined) continue;
        const { roles, awayArchives } = sign;
        last.set(instance, { instance, roles, awayArchives, agoMs });
      }
      after = reported.at(-1)?.entry ?? after;
      if (!hasMore) break;
    }
    return [...last.values()].toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  }

  #readable(rows: readonly StreamEntry[]): ReportedDelta[] {
    return rows.flatMap(([entry, fields]) => {
      try {
        const delta = this.#deltas.of(entry, fields[1] ?? "");
        return [{ entry, atEpochMs: entryEpochMs(entry), delta }];
      } catch (error) {
        if (isBehind(entry, this.#unreadable)) {
          this.#unreadable = entry;
          this.#onUnreadable(entry, error);
        }
        return [];
      }
    });
  }
}
