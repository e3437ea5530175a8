import type { Span, SpanOptions } from "@opentelemetry/api";
import type { SpanIds } from "./preset-ids.ts";

/** Traces of this process, while they are on. */
export type Tracing = {
  /** Whether a new trace of a tap of this id is recorded: the same answer in every run. */
  readonly samples: (traceId: string) => boolean;
  /** Begins a trace with a span of given ids. */
  readonly startTrace: (name: string, ids: SpanIds, options: SpanOptions) => Span;
  /** Exports what is left, within 1 s. */
  readonly close: () => Promise<void>;
};
