import { z } from "zod";

const url = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });

/** Settings of traces, by the names that OpenTelemetry gives them. */
export const tracingSettings = {
  /** Where an OTLP/HTTP receiver listens, such as `http://127.0.0.1:4318`; unset: nothing is traced, nothing exported. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  /** Headers for it, `name=value,name=value`, values percent-encoded. Secrets belong here, not in the URL. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  /** `true`: nothing is traced, whatever the others say. */
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  /** The share of new traces that is recorded is `OTEL_TRACES_SAMPLER_ARG`; who has a parent does as that one does. */
  OTEL_TRACES_SAMPLER: z
    .enum(["parentbased_traceidratio", "parentbased_always_on", "parentbased_always_off"])
    .default("parentbased_traceidratio"),
  /** 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.01),
  /** More facts for every span, `name=value,name=value`. */
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
} as const;

const schema = z.object(tracingSettings);

export type TracingSettings = z.infer<typeof schema>;

/** Whether anything is traced. */
export function tracesOn(settings: TracingSettings): boolean {
  return settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && !settings.OTEL_SDK_DISABLED;
}

/** The share of new traces that is recorded, 0 to 1. */
export function ratioOf({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: ratio,
}: TracingSettings): number {
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
