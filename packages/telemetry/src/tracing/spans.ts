import {
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { hasCode, parseTraceparent, TaplineError, type TraceContext } from "@tapline/core/kernel";

let on = false;

/** Whether this process traces at all. While it does not, nothing here costs more than this question. */
export const isTracing = (): boolean => on;

/** For `openTracing` alone. */
export function switchOn(): void {
  on = true;
}

export const tracer = (): Tracer => trace.getTracer("tapline");

/** Where a remote span was, in OpenTelemetry's form. */
export function remoteSpan({ traceId, spanId, sampled }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

/** The context below a span elsewhere; the root where there is none. */
export function below(parent: TraceContext | null | undefined): Context {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, remoteSpan(parent)) : ROOT_CONTEXT;
}

export const linksTo = (spans: readonly TraceContext[]): Link[] =>
  spans.map((span) => ({ context: remoteSpan(span) }));

/** The span that runs now, if it is recorded. */
export function activeTrace(): TraceContext | null {
  const span = on ? trace.getActiveSpan()?.spanContext() : undefined;
  if (span === undefined || !trace.isSpanContextValid(span)) return null;
  const { traceId, spanId, traceFlags } = span;
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** What `traceparent` says where it is of a span that is recorded. */
export function recorded(traceparent: unknown): TraceContext | null {
  const parent = on ? parseTraceparent(traceparent) : null;
  return parent?.sampled === true ? parent : null;
}

/**
 * Runs `act` within a span, which is active meanwhile and ends with it; what it throws is noted by its code and not by its words,
 * which may hold names.
 * @param parent default: what is active
 */
export async function inSpan<Value>(
  name: string,
  options: SpanOptions & { readonly parent?: Context },
  act: () => Promise<Value>,
): Promise<Value> {
  if (!on) return await act();
  const { parent = context.active(), ...rest } = options;
  const span = tracer().startSpan(name, rest, parent);
  try {
    return await context.with(trace.setSpan(parent, span), act);
  } catch (error) {
    noteError(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed, with OpenTelemetry's `error.type`. */
export function noteError(span: Span, error: unknown): void {
  const type = error instanceof TaplineError ? error.code : error instanceof Error ? error.name : "error";
  span.setAttribute("error.type", type);
  // What is away is tried again: the span says so, and is no fault of the program.
  span.setStatus({ code: SpanStatusCode.ERROR, message: hasCode(error, "unavailable") ? "away" : type });
}

/** The ids that a log line carries within a span that is recorded. */
export function traceFacts(): { trace_id?: string; span_id?: string } {
  if (!on) return {};
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0
    ? {}
    : { trace_id: span.traceId, span_id: span.spanId };
}
