import type { Clock } from "@tapline/core/kernel";
import { openTracing } from "@tapline/telemetry/tracing";
import type { Config } from "./config.ts";
import type { DeliveryOptions } from "./delivery/index.ts";
import type { AgentEvents } from "./events.ts";
import { certificateFacts } from "./status/index.ts";
import { TapTracing } from "./tracing/index.ts";
import { agentVersion } from "./version.ts";

/** What delivery needs for traces, and what ends them. */
export type WiredTracing = {
  delivery: Pick<DeliveryOptions, "sending">;
  close(): Promise<void>;
};

/** Follows taps in traces where the settings name a receiver; else it does nothing, and loads nothing. */
export async function wireTracing(
  { tracing: settings }: Config,
  events: AgentEvents,
  { certificate, epoch, now }: { certificate: string; epoch: number; now: Clock },
): Promise<WiredTracing> {
  const agent = certificateFacts(certificate).agent ?? "unknown";
  const options = { service: "tapline-agent", instance: agent, version: agentVersion, settings };
  const tracing = await openTracing(options);
  if (tracing === null) return { delivery: {}, close: () => Promise.resolve() };
  const taps = new TapTracing(tracing, `${agent} ${epoch}`, now);
  events.listen((event) => taps.take(event));
  return { delivery: { sending: (seqs, send) => taps.sending(seqs, send) }, close: () => tracing.close() };
}
