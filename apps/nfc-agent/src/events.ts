import type { LinkName, PauseReason, RejectReason } from "@tapline/core/tap";
import type { ReaderStatus, ReadFailure, TagKind } from "./readers/reader.ts";

/**
 * Where a tap is: `kept` in the outbox, `durable` at the server, then what validation says (`accepted`, `duplicate`,
 * `refused`), at last `archived` (or `duplicate`, `refused`, confirmed by a receipt).
 */
export type TapStatus = "kept" | "durable" | "accepted" | "duplicate" | "refused" | "archived";

/** A step on a tap's way. */
export type TapProgress = {
  seq: number;
  status: TapStatus;
  /** True where the outbox may forget the tap: nothing more will come. */
  final: boolean;
  /** Why it was refused; null otherwise. `door`: the server did not take it. */
  reason: RejectReason | "door" | null;
  /** For people, with `reason`. */
  detail: string;
  /** The segment that holds it; null where none is known. */
  segment: string | null;
};

/** What happens on this agent, for feedback at the reader, the local API and the log. */
export type AgentEvent =
  | { type: "reader"; status: ReaderStatus }
  | { type: "read-failed"; failure: ReadFailure }
  | {
      type: "tap-kept";
      seq: number;
      reader: string;
      readAtEpochMs: number;
      tag: TagKind;
      /** From the tag's coming into the field to its last byte, ms. */
      readMs: number;
      /** How often it had to be read anew. */
      rereads: number;
      /** The raw NDEF message. */
      raw: Buffer;
    }
  | { type: "tap-progress"; taps: readonly TapProgress[] }
  | { type: "link"; link: LinkName | null; why: string }
  /** Reading stops, or goes on. `reader` where one holds a tap that waits for room; null for all. */
  | { type: "paused"; reason: PauseReason | null; reader: string | null };

/** Hands events to whoever listens, at once and in order. A listener must be quick and must not throw. */
export class AgentEvents {
  readonly #listeners = new Set<(event: AgentEvent) => void>();

  emit(event: AgentEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns a function that ends the listening */
  listen(listener: (event: AgentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
