import { partitionOfSegment, type SegmentStage, unpackReceipt } from "@tapline/core/buffer";
import type { Redis } from "ioredis";
import { mapRedisError } from "./connect.ts";
import { partitionKeys, trackerKey } from "./keys.ts";
import { SegmentBuffer } from "./segment-buffer.ts";

/** A tap that validation has accepted and that no archive holds yet. */
export type TapUnderWay = {
  readonly trackerEpoch: number;
  /** First 8 bytes of the tap's SHA-256, hexadecimal. */
  readonly digest: string;
  readonly segment: string;
  /** By its agent's numbering. */
  readonly agent: string;
  readonly epoch: number;
  readonly seq: number;
};

/** A segment that has not ended. Times: ms since 1970. */
export type SegmentUnderWay = {
  readonly stage: SegmentStage;
  readonly taps: number;
  readonly cutAtEpochMs: number;
  /** When the first and the last of its taps became durable, by Redis's clock. */
  readonly takenAtEpochMs: readonly [first: number, last: number];
  /** An attempt at it has failed; it is tried again. */
  readonly isFailing: boolean;
};

const scanned = 1_000;
const receiptsPerRead = 100;

/** Taps on their way, as far as Redis shows it to those who cannot open frames. Changes nothing. */
export class TapsUnderWay {
  readonly #redis: Redis;
  readonly #buffer: SegmentBuffer;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#buffer = new SegmentBuffer(redis, { onlyLooks: true });
  }

  /** @param epoch null = the newest one that has the number under way */
  async ofTracker(tracker: string, epoch: number | null, seq: number): Promise<TapUnderWay | null> {
    return await this.#read(async () => {
      const generation = await this.#buffer.generation();
      if (generation === null) return null;
      const key = trackerKey(generation, tracker);
      const found: TapUnderWay[] = [];
      for (let cursor = "0", first = true; first || cursor !== "0"; first = false) {
        const [next, fields] = await this.#redis.hscan(
          ...([key, cursor, "MATCH", `${epoch ?? "*"}:${seq}`, "COUNT", scanned] as const),
        );
        cursor = next;
        for (let i = 0; i + 1 < fields.length; i += 2)
          found.push(...claimOf(fields[i] ?? "", fields[i + 1] ?? ""));
      }
      return found.toSorted((a, b) => b.trackerEpoch - a.trackerEpoch)[0] ?? null;
    });
  }

  /** null where it has ended, or never was. */
  async segment(id: string): Promise<SegmentUnderWay | null> {
    return await this.#read(async () => {
      const [open, failing] = await Promise.all([
        this.#buffer.find(id),
        this.#redis.sismember(partitionKeys(partitionOfSegment(id)).failing, id),
      ]);
      if (open === null) return null;
      const { stage, taps, cutAtEpochMs, firstEntry, lastEntry } = open;
      const taken = [timeOf(firstEntry), timeOf(lastEntry)] as const;
      return { stage, taps, cutAtEpochMs, takenAtEpochMs: taken, isFailing: failing === 1 };
    });
  }

  /** When the agent was told how its tap ended, ms since 1970; null where that is not kept any more, or was not told. */
  async receiptAt({
    agent,
    epoch,
    seq,
  }: Pick<TapUnderWay, "agent" | "epoch" | "seq">): Promise<number | null> {
    return await this.#read(async () => {
      for (let before = "+"; ; ) {
        const key = partitionKeys(0).receipts(agent);
        const rows = await this.#redis.xrevrange(key, before, "-", "COUNT", receiptsPerRead);
        const told = rows.find(([, [field, text = ""]]) => field === "p" && isIn(text, epoch, seq));
        if (told !== undefined) return timeOf(told[0]);
        const last = rows.at(-1)?.[0];
        if (last === undefined || rows.length < receiptsPerRead) return null;
        before = `(${last}`;
      }
    });
  }

  async #read<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      throw mapRedisError(error);
    }
  }
}

/** Entries of streams are named by the time at which they were added. */
const timeOf = (entry: string): number => Number(entry.split("-", 1)[0]);

/** `<epoch>:<seq>` of a tracker's hash, and `<digest> <segment> <agent>/<epoch>/<seq>`. */
function claimOf(field: string, record: string): TapUnderWay[] {
  const [, trackerEpoch] = /^(\d+):\d+$/.exec(field) ?? [];
  const [digest, segment, owner = ""] = record.split(" ");
  const [agent, epoch, seq] = owner.split("/");
  if (trackerEpoch === undefined || digest === undefined || segment === undefined || agent === undefined)
    return [];
  const numbers = { trackerEpoch: Number(trackerEpoch), epoch: Number(epoch), seq: Number(seq) };
  return [{ ...numbers, digest, segment, agent }];
}

function isIn(packed: string, epoch: number, seq: number): boolean {
  const receipt = unpackReceipt(packed);
  return receipt.epoch === epoch && receipt.verdicts.some((verdict) => verdict.seq === seq);
}
