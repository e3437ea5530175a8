import type { Redis } from "ioredis";
import { trackerKey } from "./keys.ts";
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

/** How long a tracker with nothing in flight is remembered; after it, the archive's index is asked. */
const idleTrackerTtlMs = 7 * 24 * 3_600_000;

/** Which sequence numbers of which tracker are in flight, and in which segment. */
export class TapLedger {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Claims in one atomic step what is certainly new.
   * @param asked per claim, what the archive's index said; absent on the first try
   */
  async claim(segment: string, claims: readonly Claim[], asked?: readonly Asked[]): Promise<ClaimAnswer[]> {
    if (claims.length === 0) return [];
    const keys = claims.map((claim) => trackerKey(claim.tracker, claim.trackerEpoch));
    const args = claims.map((claim, i) => {
      const said = asked?.[i];
      return `${claim.trackerSeq} ${claim.digest} ${claim.owner} ${said?.highest ?? 0} ${said?.version ?? "-"}`;
    });
    const answers = (await runScript(this.#redis, "claim-taps", keys, [
      segment,
      asked === undefined ? "ask" : "new",
      ...args,
    ])) as string[];
    return answers.map(parseAnswer);
  }

  /** Forgets the claims of a segment that has ended. */
  async release(segment: string, claims: readonly Pick<Claim, "tracker" | "trackerEpoch" | "trackerSeq">[]) {
    if (claims.length === 0) return;
    const keys = claims.map((claim) => trackerKey(claim.tracker, claim.trackerEpoch));
    const seqs = claims.map((claim) => claim.trackerSeq);
    await runScript(this.#redis, "release-taps", keys, [segment, idleTrackerTtlMs, ...seqs]);
  }
}

function parseAnswer(answer: string): ClaimAnswer {
  if (answer === "new") return { is: "new" };
  const [first = "", second = "", third = ""] = answer.split(" ");
  if (first === "ask") return { is: "ask", version: second };
  return { is: "standing", digest: first, segment: second, owner: third };
}
