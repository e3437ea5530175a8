import { sha256Hex } from "@tapline/core/kernel";
import { rejectReasons } from "@tapline/core/tap";
import { z } from "zod";
import type { AgentEvent, TapProgress, TapStatus } from "../events.ts";

export const tapStatuses = [
  "kept",
  "durable",
  "accepted",
  "duplicate",
  "refused",
  "archived",
] as const satisfies readonly TapStatus[];

/** A tap as the local API shows it. */
export const tapSchema = z.strictObject({
  /** Number within the outbox's epoch. */
  seq: z.int().min(1),
  reader: z.string(),
  /** By this PC's clock, ms since 1970. */
  readAtEpochMs: z.int(),
  /** The tag's kind; null for a tap of an earlier run. */
  tag: z.enum(["type-2", "type-4", "simulated"]).nullable(),
  bytes: z.int().min(1),
  /** Of the raw NDEF message, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** How far it came: `kept` here, `durable` at the server, a verdict, `archived`. */
  status: z.enum(tapStatuses),
  /** True where nothing more will come. */
  final: z.boolean(),
  /** Why it was refused; `door`: the server did not take it. */
  reason: z.enum([...rejectReasons, "door"]).nullable(),
  detail: z.string(),
  /** The segment that holds it, where it is known. */
  segment: z.string().nullable(),
  changedAtEpochMs: z.int(),
});

export type TapView = z.infer<typeof tapSchema>;

export type TapFilter = { status?: TapStatus | undefined; reader?: string | undefined };

type Kept = { view: TapView; raw: Buffer | null };

const maxTaps = 2000;
/** Most raw bytes kept beside them; the oldest are let go first. */
const maxRawBytes = 8 * 1024 * 1024;

/** The last taps of this agent with what became of them, in memory and bounded; the outbox is the truth. */
export class TapLog {
  readonly #taps = new Map<number, Kept>();
  #rawBytes = 0;
  /** Up to here raw bytes were let go. */
  #rawFromSeq = 0;

  /** A tap that waits since an earlier run. */
  restore(tap: { seq: number; reader: string; readAtEpochMs: number; raw: Buffer }): void {
    this.#add({ ...tap, tag: null }, tap.readAtEpochMs);
  }

  take(event: AgentEvent, nowEpochMs: number): void {
    if (event.type === "tap-kept") this.#add(event, event.readAtEpochMs);
    else if (event.type === "tap-progress") for (const step of event.taps) this.#step(step, nowEpochMs);
  }

  get(seq: number): TapView | null {
    return this.#taps.get(seq)?.view ?? null;
  }

  /** The raw NDEF message; null where it is kept no more. */
  raw(seq: number): Buffer | null {
    return this.#taps.get(seq)?.raw ?? null;
  }

  /**
   * Newest first.
   * @param before only taps with smaller numbers
   * @returns up to `limit` taps, and where to go on; null where there is no more
   */
  list(filter: TapFilter, limit: number, before: number | null): { taps: TapView[]; next: number | null } {
    const taps: TapView[] = [];
    for (const seq of [...this.#taps.keys()].reverse()) {
      const view = this.get(seq);
      if (view === null || (before !== null && seq >= before)) continue;
      if (filter.status !== undefined && view.status !== filter.status) continue;
      if (filter.reader !== undefined && view.reader !== filter.reader) continue;
      if (taps.length === limit) return { taps, next: taps.at(-1)?.seq ?? null };
      taps.push(view);
    }
    return { taps, next: null };
  }

  #add(
    tap: Pick<TapView, "seq" | "reader" | "readAtEpochMs" | "tag"> & { raw: Buffer },
    changedAtEpochMs: number,
  ): void {
    const { seq, reader, readAtEpochMs, tag, raw } = tap;
    const facts = { seq, reader, readAtEpochMs, tag, bytes: raw.length, sha256: sha256Hex(raw) };
    const none = { status: "kept", final: false, reason: null, detail: "", segment: null } as const;
    this.#taps.set(seq, { view: { ...facts, ...none, changedAtEpochMs }, raw });
    this.#rawBytes += raw.length;
    this.#shrink();
  }

  #shrink(): void {
    for (const [seq, kept] of this.#taps) {
      if (this.#taps.size <= maxTaps) break;
      this.#taps.delete(seq);
      this.#rawBytes -= kept.raw?.length ?? 0;
    }
    if (this.#rawBytes <= maxRawBytes) return;
    for (const [seq, kept] of this.#taps) {
      if (this.#rawBytes <= maxRawBytes) break;
      if (seq <= this.#rawFromSeq || kept.raw === null) continue;
      this.#rawBytes -= kept.raw.length;
      kept.raw = null;
      this.#rawFromSeq = seq;
    }
  }

  /** Steps may come late or twice: what is final stays, and a verdict is not taken back by `durable`. */
  #step(step: TapProgress, nowEpochMs: number): void {
    const kept = this.#taps.get(step.seq);
    if (kept === undefined || kept.view.final) return;
    if (step.status === "durable" && kept.view.status !== "kept") return;
    const { status, final, reason, detail, segment } = step;
    kept.view = { ...kept.view, status, final, reason, detail, segment, changedAtEpochMs: nowEpochMs };
  }
}
