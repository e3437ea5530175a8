import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, SamplingDecision, TracerProvider } from "@opentelemetry/sdk-trace";
import { closeWithin } from "../receiver/close-within.ts";
import { type OtlpOptions, resourceOf } from "../receiver/resource.ts";
import { type Receiver, ratioOf } from "../receiver/settings.ts";
import { tapReadSpan } from "./names.ts";
import { PresetIds } from "./preset-ids.ts";
import { tapSampler } from "./root-sampler.ts";
import { tracer } from "./spans.ts";
import type { Tracing } from "./tracing.ts";

/** Records spans and sends them to an OTLP/HTTP receiver, as JSON, in batches. Where nobody answers they are lost, no more. */
export function recordSpans(receiver: Receiver, options: OtlpOptions): Tracing {
  const ids = new PresetIds();
  const sampler = tapSampler(ratioOf(options.settings));
  const exporter = new OTLPTraceExporter(receiver);
  const provider = new TracerProvider({
    sampler,
    idGenerator: ids,
    resource: resourceOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    samples: (traceId) => {
      const { decision } = sampler.shouldSample(
        ROOT_CONTEXT,
        traceId,
        tapReadSpan,
        SpanKind.INTERNAL,
        {},
        [],
      );
      return decision === SamplingDecision.RECORD_AND_SAMPLED;
    },
    startTrace: (name, spanIds, options) =>
      ids.with(spanIds, () => tracer().startSpan(name, { ...options, root: true }, ROOT_CONTEXT)),
    close: () => closeWithin(provider.shutdown()),
  };
}
