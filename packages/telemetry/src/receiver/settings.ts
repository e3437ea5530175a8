import { z } from "zod";

const url = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });
const exporter = z.enum(["otlp", "none"]).default("otlp");

/** Settings of what goes to a receiver of OpenTelemetry, by the names that OpenTelemetry gives them. */
export const otlpSettings = {
  /** Where an OTLP/HTTP receiver listens, such as `http://127.0.0.1:4318`; unset: nothing is traced, nothing sent. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  /** Headers for it, `name=value,name=value`, values percent-encoded. Secrets belong here, not in the URL. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  /** `true`: nothing is traced or sent, whatever the others say. */
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  /** `none`: nothing is traced. */
  OTEL_TRACES_EXPORTER: exporter,
  /** `none`: metrics are not sent; Prometheus finds them at /metrics all the same. */
  OTEL_METRICS_EXPORTER: exporter,
  /** `none`: lines of the log are not sent; they are written all the same. */
  OTEL_LOGS_EXPORTER: exporter,
  /** How often metrics are sent, ms. */
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().min(1_000).max(3_600_000).default(60_000),
  /** The share of new traces that is recorded is `OTEL_TRACES_SAMPLER_ARG`; who has a parent does as that one does. */
  OTEL_TRACES_SAMPLER: z
    .enum(["parentbased_traceidratio", "parentbased_always_on", "parentbased_always_off"])
    .default("parentbased_traceidratio"),
  /** 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.01),
  /** More facts about who sends, `name=value,name=value`. */
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
} as const;

const schema = z.object(otlpSettings);

export type OtlpSettings = z.infer<typeof schema>;

/** What is sent, each to a path of its own (OTLP specification, "OTLP/HTTP Request"). */
export type Signal = "traces" | "metrics" | "logs";

/** As exporters of OpenTelemetry take it. */
export type Receiver = {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly timeoutMillis: number;
};

/** How long one request may take, ms. */
const exportWithinMs = 5_000;

/** Where a signal goes; null where it goes nowhere. */
export function receiverOf(settings: OtlpSettings, signal: Signal): Receiver | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: isOff } = settings;
  const exporters = {
    traces: settings.OTEL_TRACES_EXPORTER,
    metrics: settings.OTEL_METRICS_EXPORTER,
    logs: settings.OTEL_LOGS_EXPORTER,
  };
  if (endpoint === undefined || isOff || exporters[signal] === "none") return null;
  return {
    url: `${endpoint.replace(/\/+$/, "")}/v1/${signal}`,
    headers: pairsOf(settings.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: exportWithinMs,
  };
}

/** Whether anything is traced. */
export const tracesOn = (settings: OtlpSettings): boolean => receiverOf(settings, "traces") !== null;

/** The share of new traces that is recorded, 0 to 1. */
export function ratioOf({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: ratio,
}: OtlpSettings): number {
  if (sampler === "parentbased_always_on") return 1;
  return sampler === "parentbased_always_off" ? 0 : ratio;
}

/** What a list `name=value,name=value` says (W3C Baggage, as OpenTelemetry's settings have it); what is no pair is left out. */
export function pairsOf(list: string | undefined): Record<string, string> {
  const pairs = (list ?? "").split(",").flatMap((item): [string, string][] => {
    const at = item.indexOf("=");
    return at < 1 ? [] : [[item.slice(0, at).trim(), decode(item.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
