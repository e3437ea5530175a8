import { type Span, SpanKind } from "@opentelemetry/api";
import { type Clock, formatTraceparent, sha256Hex, type TraceContext } from "@tapline/core/kernel";
import {
  activeTrace,
  below,
  inSpan,
  linksTo,
  type Tracing,
  tapReadSpan,
  tracer,
} from "@tapline/telemetry/tracing";
import type { BatchTrace, SendOutcome } from "../delivery/index.ts";
import type { AgentEvent, TapProgress } from "../events.ts";

/** Most taps that wait for their receipt with a span; more have none of it. */
const maxWaiting = 10_000;
/** Most other taps of a batch that its span links to. */
const maxLinks = 32;

/**
 * The traces of this agent's taps. A tap's ids are made of its name, (agent, epoch, number), so that a tap that is sent again, after
 * a restart too, goes on in its own trace, and nothing of it need be kept. Whether a trace is recorded hangs on its id.
 */
export class TapTracing {
  readonly #tracing: Tracing;
  readonly #outbox: string;
  readonly #now: Clock;
  /** Spans from a tap's being kept to its receipt. */
  readonly #waiting = new Map<number, Span>();

  /** @param outbox names this agent and its outbox's epoch among all others */
  constructor(tracing: Tracing, outbox: string, now: Clock) {
    this.#tracing = tracing;
    this.#outbox = outbox;
    this.#now = now;
  }

  take(event: AgentEvent): void {
    if (event.type === "tap-kept") this.#kept(event);
    else if (event.type === "tap-progress") for (const step of event.taps) this.#step(step);
  }

  /** Has a batch sent within a span, and says where its taps are in their traces. */
  async sending(
    seqs: readonly number[],
    send: (trace: BatchTrace) => Promise<SendOutcome>,
  ): Promise<SendOutcome> {
    const read = new Map<number, TraceContext>();
    for (const seq of seqs) {
      const context = this.#contextOf(seq);
      if (context !== null) read.set(seq, context);
    }
    const of = (seq: number): string => {
      const context = read.get(seq);
      return context === undefined ? "" : formatTraceparent(context);
    };
    const [first, ...others] = read.values();
    if (first === undefined) return await send({ traceparent: "", of });
    const links = linksTo(others.slice(0, maxLinks));
    const attributes = { "tapline.taps": seqs.length };
    const options = { kind: SpanKind.CLIENT, parent: below(first), links, attributes };
    return await inSpan("tap delivery", options, async () => {
      const own = activeTrace();
      return await send({ traceparent: own === null ? "" : formatTraceparent(own), of });
    });
  }

  #kept(event: Extract<AgentEvent, { type: "tap-kept" }>): void {
    const context = this.#contextOf(event.seq);
    if (context === null) return;
    const { readAtEpochMs, readMs, rereads, tag, seq } = event;
    const attributes = { "tapline.seq": seq, "tapline.tag": tag, "tapline.rereads": rereads };
    const startTime = readAtEpochMs - readMs;
    this.#tracing.startTrace(tapReadSpan, context, { startTime, attributes }).end(this.#now());
    if (this.#waiting.size >= maxWaiting) return;
    this.#waiting.set(seq, tracer().startSpan("tap receipt", { startTime: this.#now() }, below(context)));
  }

  #step({ seq, status, final }: TapProgress): void {
    const span = this.#waiting.get(seq);
    if (span === undefined) return;
    if (!final) return void span.addEvent(status);
    this.#waiting.delete(seq);
    span.setAttribute("tapline.status", status).end();
  }

  #contextOf(seq: number): TraceContext | null {
    const digest = sha256Hex(Buffer.from(`tapline-trace ${this.#outbox} ${seq}`));
    const traceId = digest.slice(0, 32);
    if (!this.#tracing.samples(traceId)) return null;
    return { traceId, spanId: digest.slice(32, 48), sampled: true };
  }
}
