import { tracesOn } from "./settings.ts";
import { switchOn } from "./spans.ts";
import type { Tracing, TracingOptions } from "./tracing.ts";

/** Switches traces on for this process where a receiver is set; null where none is, and then nothing of the SDK is loaded. */
export async function openTracing(options: TracingOptions): Promise<Tracing | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = options.settings;
  if (endpoint === undefined || !tracesOn(options.settings)) return null;
  const { startOtlp } = await import("./otlp.ts");
  switchOn();
  return startOtlp(endpoint, options);
}
