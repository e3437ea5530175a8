import type { CumulativeTelemetry, ServedRequests } from "@tapline/core/telemetry";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { servedMetrics } from "./served-metrics.ts";
import { telemetryMetrics } from "./telemetry-metrics.ts";

/** Metrics in Prometheus's text form, and their content type. */
export type Exposition = { readonly text: string; readonly contentType: string };

export type ProcessMetricsOptions = {
  /** Labels of `tapline_info`: which program, which version. */
  readonly info: Readonly<Record<string, string>>;
  readonly served?: ServedRequests;
  readonly counted?: CumulativeTelemetry;
};

/**
 * The metrics of one process: how busy it is (CPU, memory, delay of the event loop, garbage collection), what it counted, what
 * it was asked for. Labels have few, fixed values; agents, readers and trackers are never among them.
 */
export class ProcessMetrics {
  readonly registry = new Registry();

  constructor({ info, served, counted }: ProcessMetricsOptions) {
    const registers = [this.registry];
    // By default it wakes an idle process 100 times a second to measure how late the event loop is.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 20 });
    const help = "Always 1; its labels say which program this is";
    new Gauge({ name: "tapline_info", help, labelNames: Object.keys(info), registers }).set(info, 1);
    if (counted !== undefined) telemetryMetrics(this.registry, counted);
    if (served !== undefined) servedMetrics(this.registry, served);
  }

  async text(): Promise<Exposition> {
    return { text: await this.registry.metrics(), contentType: this.registry.contentType };
  }
}
