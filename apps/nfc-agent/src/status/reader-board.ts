import type { ReaderCondition } from "@tapline/core/tap";
import type { AgentEvent } from "../events.ts";
import type { ReaderView } from "./schema.ts";

/** Readers that are gone are remembered up to this many, so that names that change for ever cost nothing. */
const rememberedGone = 256;

/** Keeps how each reader is, out of the agent's events. */
export class ReaderBoard {
  readonly #readers = new Map<string, ReaderView>();
  #gone: string[] = [];

  take(event: AgentEvent): void {
    if (event.type === "reader") this.#status(event.status);
    else if (event.type === "tap-kept") {
      const view = this.#viewOf(event.reader, event.readAtEpochMs);
      view.taps += 1;
      view.lastTapAtEpochMs = event.readAtEpochMs;
    } else if (event.type === "read-failed") {
      const { reader, cause, detail, atEpochMs } = event.failure;
      const view = this.#viewOf(reader, atEpochMs);
      view.failures += 1;
      view.lastFailure = { cause, detail, atEpochMs };
    }
  }

  get(reader: string): ReaderView | null {
    return this.#readers.get(reader) ?? null;
  }

  /** In the order of their names. @param after only names after this one */
  list(limit: number, after = ""): ReaderView[] {
    const names = [...this.#readers.keys()].filter((name) => name > after).sort();
    return names.slice(0, limit).flatMap((name) => this.get(name) ?? []);
  }

  counts(): Partial<Record<ReaderCondition, number>> {
    const counts: Partial<Record<ReaderCondition, number>> = {};
    for (const { condition } of this.#readers.values()) counts[condition] = (counts[condition] ?? 0) + 1;
    return counts;
  }

  /** Up to `limit` readers that somebody should look at. */
  troubled(limit: number): ReaderView[] {
    const troubled: ReaderView[] = [];
    for (const view of this.#readers.values()) {
      if (troubled.length === limit) break;
      if (!["ready", "reading", "gone", "paused"].includes(view.condition)) troubled.push(view);
    }
    return troubled;
  }

  #status({ reader, condition, detail, sinceEpochMs }: (AgentEvent & { type: "reader" })["status"]): void {
    Object.assign(this.#viewOf(reader, sinceEpochMs), { condition, detail, sinceEpochMs });
    this.#gone = this.#gone.filter((name) => name !== reader);
    if (condition !== "gone") return;
    this.#gone.push(reader);
    const oldest = this.#gone.length > rememberedGone ? this.#gone.shift() : undefined;
    if (oldest !== undefined) this.#readers.delete(oldest);
  }

  #viewOf(reader: string, sinceEpochMs: number): ReaderView {
    const known = this.#readers.get(reader);
    if (known !== undefined) return known;
    const nothing = { taps: 0, lastTapAtEpochMs: null, failures: 0, lastFailure: null };
    const view: ReaderView = { reader, condition: "ready", detail: "", sinceEpochMs, ...nothing };
    this.#readers.set(reader, view);
    return view;
  }
}
