import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@tapline/core/kernel";
import type { TapResult } from "@tapline/core/tap";
import type { TapRecord } from "../outbox/index.ts";
import { type Backoff, fullJitterBackoff } from "./backoff.ts";
import type {
  BatchTrace,
  Credentials,
  Hello,
  Link,
  LinkListener,
  OpenLink,
  Refusal,
  SendOutcome,
} from "./link.ts";
import { RestClient } from "./rest-client.ts";
import type { Setback } from "./setback.ts";

export type RestLinkOptions = {
  /** Origin of the ingest server, https. */
  url: string;
  credentials: () => Credentials;
  /** How long to wait for an answer, ms. */
  answerMs: number;
  /** Longest wait for receipts in one request, ms. */
  waitMs: number;
  monotonic: Clock;
  random: () => number;
};

/** Empty answers that come faster than this are slowed down to it, should a server not wait. */
const idlePollMs = 250;

/** The fallback: batches as requests, one after the other so that they keep their order; receipts by a held request. */
export function restLink(options: RestLinkOptions): Link {
  return { name: "rest", open: (hello, listener) => new RestSession(options, hello, listener) };
}

class RestSession implements OpenLink {
  readonly maxInFlight = 1;
  readonly ended: Promise<Setback | null>;
  readonly #options: RestLinkOptions;
  readonly #hello: Hello;
  readonly #listener: LinkListener;
  readonly #client: RestClient;
  readonly #over = new AbortController();
  readonly #end: (why: Setback | null) => void;
  readonly #backoff: Backoff;
  #poll = new AbortController();
  #open = false;

  constructor(options: RestLinkOptions, hello: Hello, listener: LinkListener) {
    this.#options = options;
    this.#hello = hello;
    this.#listener = listener;
    const { url, answerMs } = options;
    this.#client = new RestClient({ url, answerMs, credentials: options.credentials() });
    this.#backoff = fullJitterBackoff(options.random);
    const { promise, resolve } = Promise.withResolvers<Setback | null>();
    this.ended = promise;
    this.#end = (why) => {
      if (this.#over.signal.aborted) return;
      this.#over.abort();
      void this.#client.close().finally(() => resolve(why));
    };
    void this.#listen();
  }

  credits(): number {
    return this.#open ? Number.POSITIVE_INFINITY : 0;
  }

  close(): void {
    this.#end(null);
  }

  restartReceipts(): void {
    this.#poll.abort();
  }

  async send(taps: readonly TapRecord[], trace: BatchTrace): Promise<SendOutcome> {
    const outcome = await this.#client.postTaps(this.#hello.epoch, taps, this.#over.signal, trace);
    if (outcome.kind === "answered") {
      const { generation, results } = outcome.answer;
      return { kind: "taken", generation, refused: refusalsOf(taps, results) };
    }
    const { cause } = outcome.setback;
    if (cause !== "busy" && cause !== "too-large") this.#end(outcome.setback);
    return outcome;
  }

  /** A server that knows no reports goes without. */
  report(report: string, sentAtEpochMs: number): void {
    void this.#client.postReport(report, this.#over.signal).then((outcome) => {
      if (outcome.kind !== "answered" || this.#over.signal.aborted) return;
      this.#listener.clock(sentAtEpochMs, outcome.answer);
      const { directive, log: wanted } = outcome.answer;
      if (directive !== null) this.#listener.directive(directive);
      const log = wanted === undefined ? null : this.#listener.logWanted(wanted);
      if (log !== null) void this.#client.postLog(log, this.#over.signal);
    });
  }

  async #listen(): Promise<void> {
    const over = this.#over.signal;
    while (!over.aborted) {
      this.#poll = new AbortController();
      const pauseMs = await this.#ask(this.#poll.signal);
      if (pauseMs > 0)
        await sleep(pauseMs, undefined, { signal: AbortSignal.any([over, this.#poll.signal]) }).catch(
          () => {},
        );
    }
  }

  /** @returns how long to wait before asking again, ms */
  async #ask(poll: AbortSignal): Promise<number> {
    const { monotonic, waitMs } = this.#options;
    const listener = this.#listener;
    const after = listener.cursor();
    const generation = listener.knownGeneration();
    const startedMs = monotonic();
    const signal = AbortSignal.any([this.#over.signal, poll]);
    // The first answer comes at once, so that we know early whether the server is there.
    const outcome = await this.#client.getReceipts(after, this.#open ? waitMs : 0, signal);
    if (signal.aborted) return 0;
    if (outcome.kind !== "answered") {
      const { cause, afterMs } = outcome.setback;
      if (this.#open && cause === "busy") return afterMs ?? this.#backoff.nextMs();
      this.#end(outcome.setback);
      return 0;
    }
    this.#backoff.reset();
    const { receipts, next, generation: answered } = outcome.answer;
    if (!this.#open) {
      this.#open = true;
      listener.welcome(answered, "archived");
    }
    listener.receipts(receipts, next, { after, generation, answered });
    const idle = receipts.length === 0 && next === after;
    return idle ? Math.max(0, idlePollMs - (monotonic() - startedMs)) : 0;
  }
}

const noAnswer = { status: 503, problem: "urn:tapline:problem:unavailable", field: null };

/** One result per tap in the order sent; a tap without a result that fits is to be offered again. */
function refusalsOf(taps: readonly TapRecord[], results: readonly TapResult[]): Refusal[] {
  return taps.flatMap(({ seq }, index): Refusal[] => {
    const result = results[index];
    if (result === undefined || (result.seq !== seq && result.seq !== null))
      return [{ index, ...noAnswer, detail: "the answer has no result for it" }];
    if (!("problem" in result)) return [];
    const { type, detail, field } = result.problem;
    return [{ index, status: result.status, problem: type, detail, field: field ?? null }];
  });
}
