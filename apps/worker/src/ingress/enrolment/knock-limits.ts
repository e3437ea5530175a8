/** Tokens flow in at `perSecond` up to `burst`; each knock takes one. */
export type Limit = { readonly perSecond: number; readonly burst: number };

export type KnockBounds = { readonly each: Limit; readonly all: Limit };

type Bucket = { tokens: number; atEpochMs: number };

/** A gym's PCs stand behind one address; all doors of one installation see far fewer enrolments than this for long. */
const usual: KnockBounds = { each: { perSecond: 2, burst: 30 }, all: { perSecond: 20, burst: 200 } };

/** Addresses kept; when there are more, all begin anew: the bound on everybody together still holds. */
const maxAddresses = 10_000;

/** How often who knocks may do so, by address (or by agent, where that is known) and together. */
export class KnockLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #bounds: KnockBounds;
  readonly #all: Bucket;

  constructor(bounds: KnockBounds = usual) {
    this.#bounds = bounds;
    this.#all = { tokens: bounds.all.burst, atEpochMs: 0 };
  }

  /** @returns 0 where the knock is let through, else after how many ms one will be */
  take(address: string, nowEpochMs: number): number {
    const { each, all } = this.#bounds;
    const key = networkOf(address);
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= maxAddresses) this.#buckets.clear();
      bucket = { tokens: each.burst, atEpochMs: nowEpochMs };
      this.#buckets.set(key, bucket);
    }
    const own = refill(bucket, each, nowEpochMs);
    // Who knocks too often by himself takes nothing from the others.
    const waits = own > 0 ? own : refill(this.#all, all, nowEpochMs);
    if (waits > 0) return waits;
    bucket.tokens -= 1;
    this.#all.tokens -= 1;
    return 0;
  }
}

/** @returns after how many ms there is a token */
function refill(bucket: Bucket, { perSecond, burst }: Limit, nowEpochMs: number): number {
  const elapsedMs = Math.max(0, nowEpochMs - bucket.atEpochMs);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * perSecond);
  bucket.atEpochMs = nowEpochMs;
  return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
}

/** One subscriber of IPv6 has a whole /64. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = ""] = address.split("::");
  return head.split(":").slice(0, 4).join(":");
}
