import type { Clock } from "@tapline/core/kernel";
import type { LogOutput } from "@tapline/telemetry/logging";
import { openOtlp } from "@tapline/telemetry/otlp";
import type { Config } from "./config.ts";
import type { DeliveryOptions } from "./delivery/index.ts";
import type { AgentEvents } from "./events.ts";
import type { AgentMetrics } from "./metrics/index.ts";
import { certificateFacts } from "./status/index.ts";
import { TapTracing } from "./tracing/index.ts";
import { agentVersion } from "./version.ts";

/** What delivery needs for traces, and what ends all that is sent. */
export type WiredOtlp = {
  delivery: Pick<DeliveryOptions, "sending">;
  close(): Promise<void>;
};

/** What is sent, and of whom. */
type Sent = {
  metrics: AgentMetrics;
  output: LogOutput;
  certificate: string;
  epoch: number;
  now: Clock;
};

/** Follows taps in traces and sends metrics and logs where the settings name a receiver; else it does nothing, and loads nothing. */
export async function wireOtlp(
  { otlp: settings }: Config,
  events: AgentEvents,
  { metrics, output, certificate, epoch, now }: Sent,
): Promise<WiredOtlp> {
  const agent = certificateFacts(certificate).agent ?? "unknown";
  const options = { service: "tapline-agent", instance: agent, version: agentVersion, settings };
  const otlp = await openOtlp(options, output);
  await otlp.sendMetrics(metrics.registry);
  const { tracing, close } = otlp;
  if (tracing === null) return { delivery: {}, close };
  const taps = new TapTracing(tracing, `${agent} ${epoch}`, now);
  events.listen((event) => taps.take(event));
  return { delivery: { sending: (seqs, send) => taps.sending(seqs, send) }, close };
}
