import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { Registry } from "prom-client";
import { closeWithin } from "../receiver/close-within.ts";
import { type OtlpOptions, resourceOf } from "../receiver/resource.ts";
import type { Receiver } from "../receiver/settings.ts";
import { RegistryProducer } from "./registry-producer.ts";

/** Sends now and then what a registry tells Prometheus, so that both have the same figures. */
export function sendMetrics(
  registry: Registry,
  receiver: Receiver,
  options: OtlpOptions,
): { close: () => Promise<void> } {
  const everyMs = options.settings.OTEL_METRIC_EXPORT_INTERVAL;
  const resource = resourceOf(options);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(receiver),
    metricProducers: [new RegistryProducer(registry, resource)],
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, receiver.timeoutMillis),
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return { close: () => closeWithin(provider.shutdown()) };
}
