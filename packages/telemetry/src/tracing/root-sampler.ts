import type { Attributes, Context, Link, SpanKind } from "@opentelemetry/api";
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import { rootSpans } from "./names.ts";

/**
 * Begins traces where something begins, a tap or what a person asks for, and nowhere else: BullMQ's housekeeping, and stages of
 * segments whose taps are not traced, would each be a trace that nobody looks for.
 */
class KnownRoots implements Sampler {
  readonly #ratio: Sampler;

  constructor(ratio: number) {
    this.#ratio = new TraceIdRatioBasedSampler(ratio);
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    if (!rootSpans.has(name)) return { decision: SamplingDecision.NOT_RECORD };
    return this.#ratio.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `KnownRoots{${this.#ratio}}`;
  }
}

/** @param ratio share of new traces that is recorded, 0 to 1; who has a parent does as that one does */
export function tapSampler(ratio: number): Sampler {
  return new ParentBasedSampler({ root: new KnownRoots(ratio) });
}
