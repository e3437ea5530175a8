import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, SamplingDecision, TracerProvider } from "@opentelemetry/sdk-trace";
import { tapReadSpan } from "./names.ts";
import { PresetIds } from "./preset-ids.ts";
import { tapSampler } from "./root-sampler.ts";
import { pairsOf, ratioOf } from "./settings.ts";
import { tracer } from "./spans.ts";
import type { Tracing, TracingOptions } from "./tracing.ts";

/** How long the end waits for what is not exported yet, ms. */
const closeWithinMs = 1_000;
const exportWithinMs = 5_000;

/** Records spans and sends them to an OTLP/HTTP receiver, as JSON, in batches. Where nobody answers they are lost, no more. */
export function startOtlp(
  endpoint: string,
  { service, instance, version, settings }: TracingOptions,
): Tracing {
  const ids = new PresetIds();
  const sampler = tapSampler(ratioOf(settings));
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    headers: pairsOf(settings.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: exportWithinMs,
  });
  const provider = new TracerProvider({
    sampler,
    idGenerator: ids,
    resource: resourceFromAttributes({
      ...pairsOf(settings.OTEL_RESOURCE_ATTRIBUTES),
      "service.namespace": "tapline",
      "service.name": service,
      "service.version": version,
      "service.instance.id": instance,
    }),
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
    close: async () => {
      const late = new Promise<void>((resolve) => void setTimeout(resolve, closeWithinMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}
