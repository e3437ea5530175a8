import type { Clock } from "@tapline/core/kernel";
import type { AgentEvent, TapProgress } from "../events.ts";
import type { Feedback, ReadFailureCause } from "../readers/reader.ts";

export type FeedbackRouterOptions = {
  show: (reader: string, feedback: Feedback) => void;
  /** A clock that never goes back, ms. */
  monotonic: Clock;
  /** After this the person is gone: no verdict is shown any more, ms. Default 5,000. */
  staleMs?: number;
};

const verdictOf: Partial<Record<TapProgress["status"], Feedback>> = {
  accepted: "accepted",
  archived: "accepted",
  duplicate: "duplicate",
  refused: "refused",
};

/** What cannot be mended by holding the tag there again is refused. */
const feedbackOfFailure = (cause: ReadFailureCause): Feedback =>
  cause === "not-a-tap" || cause === "unsupported" ? "refused" : "try-again";

/**
 * Tells the person at a reader what became of the tap: at once that it is kept, then one verdict, if it comes in
 * time and nobody else has tapped there since.
 */
export class FeedbackRouter {
  readonly #options: Required<FeedbackRouterOptions>;
  /** The last tap of each reader, as long as its verdict is awaited. */
  readonly #awaited = new Map<number, { reader: string; keptAtMs: number }>();
  readonly #lastOf = new Map<string, number>();

  constructor(options: FeedbackRouterOptions) {
    this.#options = { staleMs: 5000, ...options };
  }

  take(event: AgentEvent): void {
    const { show, monotonic } = this.#options;
    if (event.type === "tap-kept") {
      const { seq, reader } = event;
      this.#forget(reader);
      this.#awaited.set(seq, { reader, keptAtMs: monotonic() });
      this.#lastOf.set(reader, seq);
      show(reader, "kept");
    } else if (event.type === "tap-progress") for (const step of event.taps) this.#step(step);
    else if (event.type === "read-failed") {
      const { reader, cause } = event.failure;
      this.#forget(reader);
      show(reader, feedbackOfFailure(cause));
    } else if (event.type === "paused" && event.reason !== null && event.reader !== null)
      show(event.reader, "paused");
    else if (event.type === "reader" && event.status.condition === "gone") this.#forget(event.status.reader);
  }

  /** Taps whose verdict is awaited: at most one a reader. */
  get awaited(): number {
    return this.#awaited.size;
  }

  #step({ seq, status }: TapProgress): void {
    const verdict = verdictOf[status];
    const awaited = this.#awaited.get(seq);
    if (verdict === undefined || awaited === undefined) return;
    this.#forget(awaited.reader);
    if (this.#options.monotonic() - awaited.keptAtMs > this.#options.staleMs) return;
    this.#options.show(awaited.reader, verdict);
  }

  #forget(reader: string): void {
    const seq = this.#lastOf.get(reader);
    if (seq === undefined) return;
    this.#lastOf.delete(reader);
    this.#awaited.delete(seq);
  }
}
