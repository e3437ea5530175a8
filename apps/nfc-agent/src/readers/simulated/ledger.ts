import { type Clock, sha256Hex } from "@tapline/core/kernel";
import type { ReadFailureCause } from "../reader.ts";
import type { Expected, Offer, VisitKind } from "./visit.ts";

/**
 * A line of the ledger, in the order in which things happened:
 * - `offered`: a whole packet was read and is handed to the agent. Written before the agent may lose it.
 * - `kept`: the agent has it durably, under its number `seq`.
 * - `failed`: a tag gave no tap.
 * - `lost`: a tracker's number that no good packet will ever fill.
 */
export type LedgerLine =
  | {
      line: "offered";
      /** Names the packet within one run of the agent; `kept` refers to it. */
      offer: number;
      visit: VisitKind;
      reader: string;
      readAtEpochMs: number;
      /** Digest of the raw bytes, hexadecimal. */
      sha256: string;
      /** `<tracker>/<epoch>/<seq>`; null where the packet is refused whatever came before it. */
      place: string | null;
      expected: Expected;
    }
  | { line: "kept"; offer: number; seq: number }
  | { line: "failed"; visit: VisitKind; reader: string; atEpochMs: number; cause: ReadFailureCause }
  | { line: "lost"; place: string };

export type LedgerCounts = {
  archived: number;
  duplicate: number;
  rejected: number;
  kept: number;
  failed: number;
  lost: number;
};

/**
 * What a scenario did, and what should become of each packet, to be compared with what the archive holds. The rule, by
 * place: of all packets that were kept for it, one lies in the archive; those with the same digest are duplicates, those
 * with another one are refused as `equivocation`. Which content comes first is up to the network, so where a place had
 * two, `expected` names the usual order only. A packet without a place is rejected. A packet that was offered and not
 * kept (the agent was killed) may lie in the archive, once.
 */
export class SimulatedLedger {
  readonly counts: LedgerCounts = { archived: 0, duplicate: 0, rejected: 0, kept: 0, failed: 0, lost: 0 };
  readonly #now: Clock;
  readonly #write: (line: LedgerLine) => void;
  #offers = 0;

  /** @param write takes each line at once, and for good; counts are kept besides */
  constructor(now: Clock, write: (line: LedgerLine) => void) {
    this.#now = now;
    this.#write = write;
  }

  /** @returns the offer's name, for `kept` */
  offered(visit: VisitKind, reader: string, readAtEpochMs: number, { raw, place, expected }: Offer): number {
    const offer = ++this.#offers;
    this.counts[expected.verdict] += 1;
    this.#write({
      ...{ line: "offered", offer, visit, reader, readAtEpochMs },
      ...{ sha256: sha256Hex(raw), place, expected },
    });
    return offer;
  }

  kept(offer: number, seq: number): void {
    this.counts.kept += 1;
    this.#write({ line: "kept", offer, seq });
  }

  failed(visit: VisitKind, reader: string, cause: ReadFailureCause): void {
    this.counts.failed += 1;
    this.#write({ line: "failed", visit, reader, atEpochMs: this.#now(), cause });
  }

  lost(place: string): void {
    this.counts.lost += 1;
    this.#write({ line: "lost", place });
  }
}
