import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { sha256Hex } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { checkSignature, defaultRules, type KnownTracker, openTap } from "@tapline/core/validation";
import type { ReaderSink, ReaderStatus, ReadFailure, TapRead } from "../reader.ts";
import { SimulatedField } from "./field.ts";
import { type LedgerLine, SimulatedLedger } from "./ledger.ts";
import { Pace } from "./pace.ts";
import { SimulatedReaders } from "./readers.ts";
import { scenarioSchema } from "./scenario.ts";
import type { SimulatedTracker } from "./trackers-file.ts";

export const nowEpochMs = 1_767_225_600_000;

/** Trackers with keys of their own. */
export function makeTrackers(count: number): SimulatedTracker[] {
  return Array.from({ length: count }, (_, index) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const kid = kidOf(publicKey.export({ type: "spki", format: "der" }).subarray(12));
    return { id: index.toString(16).padStart(16, "0"), kid, privateKey };
  });
}

export type RunOrder = {
  scenario: unknown;
  trackers: readonly SimulatedTracker[];
  readers?: number;
  taps?: number | null;
  seed?: number;
};

/** Readers on a field of `trackers`, with all that they tell. */
export function setUp({ scenario, trackers, readers = 4, taps = null, seed = 1 }: RunOrder) {
  const now = () => nowEpochMs;
  const lines: LedgerLine[] = [];
  const ledger = new SimulatedLedger(now, (line) => lines.push(line));
  const parsed = scenarioSchema.parse(scenario);
  const onLost = (place: string): void => ledger.lost(place);
  const field = new SimulatedField({ trackers, epoch: 5, taps, seed, now, scenario: parsed, onLost });
  const pace = new Pace(null);
  const simulated = new SimulatedReaders({ readers, field, pace, now, ledger, scenario: parsed });
  const told = { taps: [] as TapRead[], failures: [] as ReadFailure[], statuses: [] as ReaderStatus[] };
  const sink: ReaderSink = {
    tap: async (read) => told.taps.push(read),
    failed: (failure) => told.failures.push(failure),
    status: (status) => told.statuses.push(status),
  };
  return { simulated, ledger, lines, sink, told };
}

/** What the whole path does with taps, by core's own validation and the rule of numbers. */
export class JudgeOfTaps {
  readonly archived = new Map<string, string>();
  readonly counts: Record<string, number> = {};
  readonly #known: ReadonlyMap<string, KnownTracker>;

  /** @param revoked the last so many trackers are */
  constructor(trackers: readonly SimulatedTracker[], revoked = 0) {
    this.#known = new Map(
      trackers.map(({ id, kid, privateKey }, index) => [
        id,
        {
          kid,
          publicKey: createPublicKey(privateKey) as KeyObject,
          revokedAtEpochMs: index < trackers.length - revoked ? null : 0,
        },
      ]),
    );
  }

  /** @returns "archived", "duplicate" or the reason of the refusal */
  async judge({ raw, readAtEpochMs }: TapRead): Promise<string> {
    const verdict = await this.#verdict(raw, readAtEpochMs);
    this.counts[verdict] = (this.counts[verdict] ?? 0) + 1;
    return verdict;
  }

  async #verdict(raw: Buffer, readAtEpochMs: number): Promise<string> {
    const opened = openTap(raw, readAtEpochMs, defaultRules);
    if (!opened.ok) return opened.reason;
    const checked = await checkSignature(opened, this.#known.get(opened.tap.trackerId));
    if (!checked.ok) return checked.reason;
    const { trackerId, epoch, seq } = checked.tap;
    const place = `${trackerId}/${epoch}/${seq}`;
    const [held, digest] = [this.archived.get(place), sha256Hex(raw)];
    if (held === undefined) this.archived.set(place, digest);
    else return held === digest ? "duplicate" : "equivocation";
    return "archived";
  }
}
