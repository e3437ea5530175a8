import type { Registry } from "prom-client";
import type { LogOutput } from "../logging/log-output.ts";
import type { OtlpOptions } from "../receiver/resource.ts";
import { receiverOf } from "../receiver/settings.ts";
import { openTracing } from "../tracing/open-tracing.ts";
import type { Tracing } from "../tracing/tracing.ts";

/** What a process sends to a receiver of OpenTelemetry. */
export type Otlp = {
  /** null where nothing is traced. */
  readonly tracing: Tracing | null;
  /** Sends from now on what the registry tells Prometheus, too. */
  readonly sendMetrics: (registry: Registry) => Promise<void>;
  /** Sends what is left, within 1 s. */
  readonly close: () => Promise<void>;
};

/**
 * Sends traces, metrics and logs where a receiver is set; where none is nothing of OpenTelemetry's SDK is loaded. A receiver that
 * is away loses what it would have got, and holds up nothing.
 * @param output whose lines are sent as well as written
 */
export async function openOtlp(options: OtlpOptions, output: LogOutput): Promise<Otlp> {
  const tracing = await openTracing(options);
  const closing = tracing === null ? [] : [tracing.close];
  const logs = receiverOf(options.settings, "logs");
  if (logs !== null) {
    const { sendLogs } = await import("./send-logs.ts");
    const sending = sendLogs(logs, options);
    output.tellAlso(sending.take);
    closing.push(sending.close);
  }
  return {
    tracing,
    sendMetrics: async (registry) => {
      const receiver = receiverOf(options.settings, "metrics");
      if (receiver === null) return;
      const { sendMetrics } = await import("./send-metrics.ts");
      closing.push(sendMetrics(registry, receiver, options).close);
    },
    close: async () => {
      await Promise.all(closing.map((close) => close()));
    },
  };
}
