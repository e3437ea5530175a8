import { setTimeout as sleepFor } from "node:timers/promises";
import { requestCertificate } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { certificateResponseSchema } from "@tapline/core/tap";
import { askServer } from "./ask-server.ts";
import { type Identity, readIdentity, writeIdentity } from "./identity-files.ts";

/** What stands in the way of a new certificate. */
export type IdentityTrouble = {
  /** Stable: as `enrol` names it, or `expired`. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
};

export type RenewalOptions = {
  /** Origin of the ingest server, https. */
  readonly server: string;
  /** Folder of the identity. */
  readonly dir: string;
  readonly identity: Identity;
  readonly now: () => number;
  /** Numbers in [0, 1): spreads agents that were installed on one day. */
  readonly random: () => number;
  /** A new identity is on disk: by renewal, or because somebody has enrolled this machine anew. */
  readonly onRenewed: (identity: Identity) => void;
  /** Told when a trouble begins or becomes another one; null when it is over. */
  readonly onTrouble: (trouble: IdentityTrouble | null) => void;
  /** Default: timers of Node. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** The folder is looked at this often, so that a new enrolment counts at once and a clock may jump. */
const lookEveryMs = 60_000;
const firstRetryMs = 5_000;
const longestRetryMs = 10 * 60_000;

/** Has the certificate renewed from half of its life on, each time with a new key, by itself. */
export class Renewal {
  readonly #options: RenewalOptions;
  readonly #stopping = new AbortController();
  #identity: Identity;
  #dueAtEpochMs: number;
  #failures = 0;
  #trouble: IdentityTrouble | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.#dueAtEpochMs = this.#dueOf(options.identity);
  }

  /** The identity in force. */
  get identity(): Identity {
    return this.#identity;
  }

  get trouble(): IdentityTrouble | null {
    return this.#trouble;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const sleep = this.#options.sleep ?? realSleep;
    while (!signal.aborted) {
      const waitMs = await this.#step();
      if (waitMs > 0) await sleep(waitMs, signal);
    }
  }

  /** @returns after how many ms to look again */
  async #step(): Promise<number> {
    try {
      const onDisk = await readIdentity(this.#options.dir);
      if (onDisk !== null && onDisk.serial !== this.#identity.serial) this.#adopt(onDisk);
      const dueInMs = this.#dueAtEpochMs - this.#options.now();
      if (dueInMs > 0) return Math.min(dueInMs, lookEveryMs);
      this.#adopt(await this.#renew());
      return 0;
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      this.#say(this.#troubleOf(error));
      return this.#retryMs();
    }
  }

  async #renew(): Promise<Identity> {
    const { server, dir } = this.#options;
    const { certPem, keyPem, caPem } = this.#identity;
    const made = await requestCertificate();
    const client = { certPem, keyPem };
    const body = { csr: made.csrPem };
    const answer = await askServer(
      { server, path: "/v1/renew", body, ca: caPem, client },
      certificateResponseSchema,
    );
    return await writeIdentity(dir, { keyPem: made.keyPem, certPem: answer.certificate, caPem });
  }

  #adopt(identity: Identity): void {
    this.#identity = identity;
    this.#dueAtEpochMs = this.#dueOf(identity);
    this.#failures = 0;
    this.#say(null);
    this.#options.onRenewed(identity);
  }

  /** Between 50 and 60 % of the certificate's life. */
  #dueOf({ notBeforeEpochMs, notAfterEpochMs }: Identity): number {
    return notBeforeEpochMs + (notAfterEpochMs - notBeforeEpochMs) * (0.5 + 0.1 * this.#options.random());
  }

  #retryMs(): number {
    const ceilingMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    return ceilingMs / 2 + (this.#options.random() * ceilingMs) / 2;
  }

  #say(trouble: IdentityTrouble | null): void {
    const isSame = trouble?.reason === this.#trouble?.reason && trouble?.message === this.#trouble?.message;
    this.#trouble = trouble;
    if (!isSame) this.#options.onTrouble(trouble);
  }

  #troubleOf(error: unknown): IdentityTrouble {
    const endsAt = new Date(this.#identity.notAfterEpochMs).toISOString();
    if (this.#identity.notAfterEpochMs <= this.#options.now())
      return {
        reason: "expired",
        message: `this machine's certificate ended on ${endsAt}, and was not renewed: ${messageOf(error)}`,
        remedy: "enrol this machine again with a new token: tapline-agent enrol --server … --token …",
      };
    const reason = error instanceof TaplineError ? String(error.facts.reason ?? error.code) : "unknown";
    const remedy = error instanceof TaplineError ? error.remedy : undefined;
    return {
      reason,
      message: `the certificate could not be renewed (it ends on ${endsAt}): ${messageOf(error)}`,
      remedy: remedy ?? "see the log; it is tried again",
    };
  }
}

async function realSleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch(() => undefined);
}
