/** Tokens flow in at `perSecond` up to `burst`; each knock takes one. */
type Limit = { readonly perSecond: number; readonly burst: number };

type Bucket = { tokens: number; atEpochMs: number };

/** A gym's PCs stand behind one address; all doors of one installation see far fewer enrolments than this for long. */
const perAddress: Limit = { perSecond: 2, burst: 30 };
const overall: Limit = { perSecond: 20, burst: 200 };

/** Addresses kept; when there are more, all begin anew: the bound on everybody together still holds. */
const maxAddresses = 10_000;

/** How often people without a certificate may knock, by address and together. */
export class KnockLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket = { tokens: overall.burst, atEpochMs: 0 };

  /** @returns 0 where the knock is let through, else after how many ms one will be */
  take(address: string, nowEpochMs: number): number {
    const key = networkOf(address);
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= maxAddresses) this.#buckets.clear();
      bucket = { tokens: perAddress.burst, atEpochMs: nowEpochMs };
      this.#buckets.set(key, bucket);
    }
    const own = refill(bucket, perAddress, nowEpochMs);
    // Who knocks too often by himself takes nothing from the others.
    const waits = own > 0 ? own : refill(this.#all, overall, nowEpochMs);
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
