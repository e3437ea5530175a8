import type { Clock } from "@tapline/core/kernel";
import { type AgentReport, type LinkName, mostHeldRanges } from "@tapline/core/tap";
import type { AgentStatus } from "../agent.ts";
import type { Outbox } from "../outbox/index.ts";
import type { LiveSettings } from "../settings/index.ts";
import type { CertificateFacts } from "./certificate-facts.ts";
import { heldRanges } from "./held-ranges.ts";
import type { ReaderBoard } from "./reader-board.ts";
import type { Status, Trouble } from "./schema.ts";
import { troublesOf } from "./troubles.ts";

/** What delivery tells of its link. */
export type LinkView = {
  name: LinkName | null;
  up: boolean;
  clockSkewMs: number | null;
  trouble: { text: string; remedy: string } | null;
};

export type StatusSourceOptions = {
  server: string;
  version: string;
  outbox: Outbox;
  settings: LiveSettings;
  readers: ReaderBoard;
  agent: () => AgentStatus;
  link: () => LinkView;
  certificate: () => CertificateFacts;
  /** What stands in the way of a new certificate; null where nothing does. */
  identityTrouble: () => { text: string; remedy: string } | null;
  /** Why `wanted` does not run here, and what is done about it. */
  versionTrouble: (wanted: string) => { text: string; remedy: string };
  now: Clock;
};

const platform = `${process.platform}-${process.arch}`;
/** Readers in trouble that a status names. */
const namedReaders = 20;

/** Puts together how the agent is: for people (`status`), and for the server (`report`). */
export class StatusSource {
  readonly #options: StatusSourceOptions;
  readonly #startedAtEpochMs: number;
  /** Set where the local API could not be opened. */
  apiTrouble: Trouble | null = null;

  constructor(options: StatusSourceOptions) {
    this.#options = options;
    this.#startedAtEpochMs = options.now();
  }

  status(): Status {
    const { server, version, outbox, settings, readers, now } = this.#options;
    const { taps, archived, duplicates, rejected, paused, oldestPendingAgeMs } = this.#options.agent();
    const { trouble, ...link } = this.#options.link();
    const certificate = this.#options.certificate();
    const status: Omit<Status, "troubles"> = {
      agent: certificate.agent,
      version,
      platform,
      pid: process.pid,
      startedAtEpochMs: this.#startedAtEpochMs,
      atEpochMs: now(),
      safeToSwitchOff: outbox.pending === 0,
      outbox: {
        ...this.#outbox(oldestPendingAgeMs),
        ...outbox.bounds,
        releaseAt: settings.current.releaseAt,
      },
      totals: { taps, archived, duplicates, rejected },
      paused,
      link: { ...link, server },
      readers: readers.counts(),
      settings: {
        revision: settings.revision,
        refused: settings.refused,
        wantedVersion: settings.wantedVersion,
      },
      certificateEndsAtEpochMs: certificate.endsAtEpochMs,
    };
    const sources = {
      link: trouble,
      identity: this.#options.identityTrouble(),
      troubledReaders: readers.troubled(namedReaders),
      version: this.#versionTrouble(),
      api: this.apiTrouble,
    };
    return { ...status, troubles: troublesOf(status, sources) };
  }

  #versionTrouble(): { text: string; remedy: string } | null {
    const { settings, version, versionTrouble } = this.#options;
    const wanted = settings.wantedVersion;
    return wanted === null || wanted === version ? null : versionTrouble(wanted);
  }

  /** @param link the link that the report goes by */
  report(link: LinkName): AgentReport {
    const { version, settings, readers } = this.#options;
    const { paused, oldestPendingAgeMs } = this.#options.agent();
    const { clockSkewMs } = this.#options.link();
    return {
      version,
      platform,
      startedAtEpochMs: this.#startedAtEpochMs,
      configRevision: settings.revision,
      link,
      clockSkewMs: clockSkewMs === null ? null : Math.round(clockSkewMs),
      outbox: {
        ...this.#outbox(oldestPendingAgeMs),
        held: heldRanges(this.#options.outbox.pendingSeqs(), mostHeldRanges),
        releaseAt: settings.current.releaseAt,
      },
      paused,
      readers: readers.counts(),
      certificateEndsAtEpochMs: this.#options.certificate().endsAtEpochMs,
    };
  }

  #outbox(oldestAgeMs: number): AgentReport["outbox"] {
    // A tap that waits for a full disk is none that the gap ledger should look for.
    const { epoch, nextDurableSeq: nextSeq, pending, bytes } = this.#options.outbox;
    return { epoch, nextSeq, taps: pending, bytes, oldestAgeMs };
  }
}
