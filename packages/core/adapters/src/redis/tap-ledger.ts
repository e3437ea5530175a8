import type { TrackerRate } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { mapRedisError, serversOf } from "./connect.ts";
import { fenceKey, partitionKeys, trackerKey } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** A tap by its tracker's own numbering. */
export type ClaimedNumber = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
};

/** A tap that asks for its place in its tracker's sequence. */
export type Claim = ClaimedNumber & {
  /** First 8 bytes of the raw tap's SHA-256, hexadecimal. */
  readonly digest: string;
  /** `agent/epoch/seq`. */
  readonly owner: string;
};

/** A tracker's lease: its fencing token, and once the archive's index was asked, the highest number that it holds by epoch. */
export type Lease = { readonly token: string; readonly highest: ReadonlyMap<number, number> };

/** Leases by tracker. */
export type Leases = ReadonlyMap<string, Lease>;

/**
 * - `new`: claimed for this segment.
 * - `ask`: only the archive's index knows; the tracker is leased to the caller under `token`.
 * - `busy`: leased to somebody else, for `leftMs` at most unless renewed.
 * - `rate`: the tracker brings more than it may; it may bring one in `waitMs`.
 * - `over`: nothing is claimed for the segment any more; another attempt's verdicts are kept.
 * - `standing`: the number is claimed already.
 */
export type ClaimAnswer =
  | { readonly is: "new" }
  | { readonly is: "ask"; readonly token: string }
  | { readonly is: "busy"; readonly leftMs: number }
  | { readonly is: "rate"; readonly waitMs: number }
  | { readonly is: "over" }
  | { readonly is: "standing"; readonly digest: string; readonly segment: string; readonly owner: string };

export type ClaimRequest = {
  readonly segment: string;
  /** The buffer's life in which the segment was cut. */
  readonly generation: string;
  readonly claims: readonly Claim[];
  /** Leases that the caller holds; this call gives them back, with what the index said of their trackers. */
  readonly leases: Leases;
  readonly rate: TrackerRate;
};

/**
 * How long a tracker is remembered that nobody claims of; after it, the archive's index is asked. Longer than any
 * tap is in flight without its agent sending it again, which is a claim too.
 */
const idleTrackerTtlMs = 30 * 24 * 3_600_000;

/** Many times what a question to the index takes, and short enough to wait for where a holder died. */
const defaultLeaseMs = 3_000;

/** Which sequence numbers of which tracker are in flight, and in which segment; who may change that now. */
export class TapLedger {
  readonly #redis: Redis;
  /** How long a lease lasts that is not renewed. */
  readonly leaseMs: number;

  constructor(redis: Redis, { leaseMs = defaultLeaseMs }: { leaseMs?: number } = {}) {
    this.#redis = redis;
    this.leaseMs = leaseMs;
  }

  /**
   * Claims in one atomic step what is certainly new, and leases to the caller those trackers of which the index must be
   * asked. Each tracker is judged for itself: none waits for another.
   * @throws TaplineError `unavailable` where the buffer is not in that life any more
   */
  async claim({ segment, generation, claims, leases, rate }: ClaimRequest): Promise<ClaimAnswer[]> {
    if (claims.length === 0 && leases.size === 0) return [];
    const groups = byTracker(claims, leases.keys());
    const keys = groups.map(([tracker]) => trackerKey(generation, tracker));
    const args = groups.flatMap(([tracker, positions]) => [
      leaseText(leases.get(tracker)),
      positions.map((i) => claimText(claims[i])).join(""),
    ]);
    const { generation: generationKey, segment: segmentKey } = partitionKeys(0);
    const answers = (await this.#run(
      "claim-taps",
      [generationKey, fenceKey, segmentKey(segment), ...keys],
      [segment, idleTrackerTtlMs, generation, this.leaseMs, rate.tapsPerHour, rate.burstTaps, ...args],
    )) as string[];
    const ordered: ClaimAnswer[] = [];
    for (const [at, i] of groups.flatMap(([, positions]) => positions).entries())
      ordered[i] = parseAnswer(answers[at] ?? "");
    return ordered;
  }

  /**
   * Lengthens leases that the caller holds by `leaseMs` from now.
   * @returns whether all of them stand
   */
  async renew(generation: string, leases: Leases): Promise<boolean> {
    const keys = [...leases.keys()].map((tracker) => trackerKey(generation, tracker));
    const tokens = [...leases.values()].map(({ token }) => token);
    return (await this.#run("renew-leases", keys, [this.leaseMs, ...tokens])) === keys.length;
  }

  /** Forgets all that was claimed in a life of the buffer that is over; where this is cut off, the rest ends by its TTL. */
  async forgetLife(generation: string): Promise<void> {
    for (const server of serversOf(this.#redis)) {
      const scan = server.scanStream({ match: trackerKey(generation, "*"), count: 1_000 });
      for await (const keys of scan as AsyncIterable<string[]>)
        if (keys.length > 0) await server.unlink(...keys);
    }
  }

  /**
   * Forgets the claims of a segment that has ended.
   * @param claims all that any attempt at it may have claimed
   * @param generation the buffer's life in which it was cut
   */
  async release(segment: string, generation: string, claims: readonly ClaimedNumber[]): Promise<void> {
    if (claims.length === 0) return;
    const groups = byTracker(claims, []);
    const taps = groups.map(([, positions]) =>
      positions.map((i) => `${claims[i]?.trackerEpoch}:${claims[i]?.trackerSeq}`).join(" "),
    );
    const keys = groups.map(([tracker]) => trackerKey(generation, tracker));
    await this.#run("release-taps", keys, [segment, ...taps]);
  }

  async #run(...call: Parameters<typeof runScript> extends [Redis, ...infer Rest] ? Rest : never) {
    try {
      return await runScript(this.#redis, ...call);
    } catch (error) {
      throw mapRedisError(error);
    }
  }
}

/** Positions of the claims by tracker, so that each hash is read and written once; trackers in rising order. */
function byTracker(claims: readonly ClaimedNumber[], others: Iterable<string>): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const [i, { tracker }] of claims.entries()) {
    const positions = groups.get(tracker);
    if (positions === undefined) groups.set(tracker, [i]);
    else positions.push(i);
  }
  for (const tracker of others) if (!groups.has(tracker)) groups.set(tracker, []);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function leaseText(lease: Lease | undefined): string {
  if (lease === undefined) return "";
  return [lease.token, ...[...lease.highest].flat()].join(" ");
}

function claimText(claim: Claim | undefined): string {
  if (claim === undefined) return "";
  return `${claim.trackerEpoch} ${claim.trackerSeq} ${claim.digest} ${claim.owner};`;
}

function parseAnswer(answer: string): ClaimAnswer {
  if (answer === "new" || answer === "over") return { is: answer };
  const [first = "", second = "", third = ""] = answer.split(" ");
  if (first === "ask") return { is: "ask", token: second };
  if (first === "busy") return { is: "busy", leftMs: Number(second) };
  if (first === "rate") return { is: "rate", waitMs: Number(second) };
  return { is: "standing", digest: first, segment: second, owner: third };
}
