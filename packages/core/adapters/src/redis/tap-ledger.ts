import type { Redis } from "ioredis";
import { mapRedisError, serversOf } from "./connect.ts";
import { partitionKeys, trackerKey } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** A tap that asks for its place in its tracker's sequence. */
export type Claim = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
  /** First 8 bytes of the raw tap's SHA-256, hexadecimal. */
  readonly digest: string;
  /** `agent/epoch/seq`. */
  readonly owner: string;
};

/** What the archive's index said of a claim: the highest number it holds, and when it was asked. */
export type Asked = { readonly highest: number; readonly version: string };

export type ClaimAnswer =
  | { readonly is: "new" }
  | { readonly is: "ask"; readonly version: string }
  | { readonly is: "standing"; readonly digest: string; readonly segment: string; readonly owner: string };

/**
 * How long a tracker is remembered that nobody claims of; after it, the archive's index is asked. Longer than any
 * tap is in flight without its agent sending it again, which is a claim too.
 */
const idleTrackerTtlMs = 30 * 24 * 3_600_000;

/** Which sequence numbers of which tracker are in flight, and in which segment. */
export class TapLedger {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Claims in one atomic step what is certainly new.
   * @param generation the buffer's life in which the segment was cut
   * @param asked per claim, what the archive's index said; absent on the first try
   * @throws TaplineError `unavailable` where the buffer is not in that life any more
   */
  async claim(
    segment: string,
    generation: string,
    claims: readonly Claim[],
    asked?: readonly Asked[],
  ): Promise<ClaimAnswer[]> {
    if (claims.length === 0) return [];
    const groups = byTracker(generation, claims);
    const args = [...groups.values()].map((positions) =>
      positions.map((i) => claimText(claims[i], asked?.[i])).join(""),
    );
    const mode = asked === undefined ? "ask" : "new";
    const answers = (await runScript(
      this.#redis,
      "claim-taps",
      [partitionKeys(0).generation, ...groups.keys()],
      [segment, mode, idleTrackerTtlMs, generation, ...args],
    ).catch((error: unknown) => {
      throw mapRedisError(error);
    })) as string[];
    const ordered: ClaimAnswer[] = [];
    for (const [at, i] of [...groups.values()].flat().entries()) ordered[i] = parseAnswer(answers[at] ?? "");
    return ordered;
  }

  /** Forgets all that was claimed in a life of the buffer that is over; where this is cut off, the rest ends by its TTL. */
  async forgetLife(generation: string): Promise<void> {
    for (const server of serversOf(this.#redis)) {
      const scan = server.scanStream({ match: trackerKey(generation, "*", "*"), count: 1_000 });
      for await (const keys of scan as AsyncIterable<string[]>)
        if (keys.length > 0) await server.unlink(...keys);
    }
  }

  /**
   * Forgets the claims of a segment that has ended.
   * @param generation the buffer's life in which it was cut
   */
  async release(
    segment: string,
    generation: string,
    claims: readonly Pick<Claim, "tracker" | "trackerEpoch" | "trackerSeq">[],
  ): Promise<void> {
    if (claims.length === 0) return;
    const groups = byTracker(generation, claims);
    const seqs = [...groups.values()].map((positions) =>
      positions.map((i) => claims[i]?.trackerSeq).join(" "),
    );
    await runScript(this.#redis, "release-taps", [...groups.keys()], [segment, ...seqs]);
  }
}

/** Positions of the claims by their tracker's key, so that each hash is read and written once. */
function byTracker(
  generation: string,
  claims: readonly Pick<Claim, "tracker" | "trackerEpoch">[],
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, claim] of claims.entries()) {
    const key = trackerKey(generation, claim.tracker, claim.trackerEpoch);
    const positions = groups.get(key);
    if (positions === undefined) groups.set(key, [i]);
    else positions.push(i);
  }
  return groups;
}

function claimText(claim: Claim | undefined, asked: Asked | undefined): string {
  if (claim === undefined) return "";
  const { trackerSeq, digest, owner } = claim;
  return `${trackerSeq} ${digest} ${owner} ${asked?.highest ?? 0} ${asked?.version ?? "-"};`;
}

function parseAnswer(answer: string): ClaimAnswer {
  if (answer === "new") return { is: "new" };
  const [first = "", second = "", third = ""] = answer.split(" ");
  if (first === "ask") return { is: "ask", version: second };
  return { is: "standing", digest: first, segment: second, owner: third };
}
