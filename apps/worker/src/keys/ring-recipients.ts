import type { KeyRing } from "@tapline/adapters/keys";
import {
  judgeRing,
  type Recipient,
  type RingKey,
  type RingReading,
  type RingVerdict,
  ringDigest,
} from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";

export type RingRecipientsParts = {
  readonly ring: Pick<KeyRing, "read" | "seed">;
  /** The keys that settings name: they serve where the ring cannot be read, or is empty as after the loss of PostgreSQL. */
  readonly named: readonly RingKey[];
  /** Reads the trust file, so that a new revocation list counts without a restart. */
  readonly readTrust: () => Promise<string>;
  readonly chainPems: readonly string[];
  /** SHA-256 of certificates that settings name. */
  readonly pins: ReadonlySet<string>;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "error">;
};

/** So often the trust file is looked at. */
const trustEveryMs = 5_000;

/** Whom the objects of this process are encrypted to: the ring as it stands, as far as it is to be believed. */
export class RingRecipients {
  readonly #parts: RingRecipientsParts;
  #trust = "";
  #trustAtEpochMs = Number.NEGATIVE_INFINITY;
  #judged: { keys: readonly RingKey[]; trust: string; verdict: RingVerdict } | null = null;

  constructor(parts: RingRecipientsParts) {
    this.#parts = parts;
  }

  /**
   * One reading of the ring, for one segment.
   * @throws TaplineError `misconfigured` where nobody is left to encrypt to: the segment waits
   */
  async current(): Promise<readonly Recipient[]> {
    const [keys, trust] = await Promise.all([this.#keys(), this.#readTrust()]);
    if (this.#judged?.keys !== keys || this.#judged.trust !== trust) this.#judge(keys, trust);
    const recipients = this.#judged?.verdict.recipients ?? [];
    if (recipients.length === 0)
      throw new TaplineError("misconfigured", "no key of the ring is active and to be believed", {
        remedy: "Look at `tapline key check`; segments wait, and nothing is lost.",
      });
    return recipients;
  }

  /** What this process takes the ring for now, whether or not there is a segment. Rejects where nothing to trust can be read. */
  async reading(): Promise<Omit<RingReading, "worker">> {
    const { ring, named, clock } = this.#parts;
    const read = await ring.read().catch(() => []);
    const keys = read.length > 0 ? read : named;
    const trust = await this.#readTrust();
    if (this.#judged?.keys !== keys || this.#judged.trust !== trust) this.#judge(keys, trust);
    const { recipients = [], refused = [] } = this.#judged?.verdict ?? {};
    return {
      atEpochMs: clock(),
      ring: read.length > 0 ? ringDigest(read) : null,
      recipients: recipients.map(({ certSha256 }) => certSha256),
      refused: refused.map(({ key, why }) => ({ certSha256: key.certSha256, why })),
    };
  }

  async #keys(): Promise<readonly RingKey[]> {
    const { ring, named, log } = this.#parts;
    try {
      const keys = await ring.read();
      if (keys.length > 0) return keys;
      await ring.seed(named, { actor: { kind: "job", id: "encryption" }, reason: "the ring was empty" });
      return named;
    } catch (error) {
      log.warn(
        { err: error },
        "the key ring cannot be read: objects are encrypted to the keys that settings name",
      );
      return named;
    }
  }

  async #readTrust(): Promise<string> {
    const { readTrust, clock, log } = this.#parts;
    const nowEpochMs = clock();
    if (Math.abs(nowEpochMs - this.#trustAtEpochMs) < trustEveryMs) return this.#trust;
    try {
      this.#trust = await readTrust();
    } catch (error) {
      if (this.#trust === "") throw error;
      log.warn(`the trust file cannot be read, what it said before counts: ${messageOf(error)}`);
    }
    this.#trustAtEpochMs = nowEpochMs;
    return this.#trust;
  }

  #judge(keys: readonly RingKey[], trust: string): void {
    const { chainPems, pins, telemetry, log } = this.#parts;
    const verdict = judgeRing(keys, { rootPems: [trust], crlPems: [trust], chainPems, pins });
    for (const { key, why } of verdict.refused) {
      telemetry.count("key.refused");
      log.error(
        { key: key.certSha256, subject: key.subject, why },
        "an active key of the ring is not believed and gets no objects: revoke it, or pin its certificate in TAPLINE_RECIPIENT_PINS",
      );
    }
    this.#judged = { keys, trust, verdict };
  }
}
