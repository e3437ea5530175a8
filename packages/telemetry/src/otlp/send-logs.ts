import { ROOT_CONTEXT, SeverityNumber, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { parseTraceparent } from "@tapline/core/kernel";
import { z } from "zod";
import { closeWithin } from "../receiver/close-within.ts";
import { type OtlpOptions, resourceOf } from "../receiver/resource.ts";
import type { Receiver } from "../receiver/settings.ts";

/** Pino's levels, the highest first, and what OpenTelemetry calls them. */
const severities = [
  { level: 60, number: SeverityNumber.FATAL, text: "fatal" },
  { level: 50, number: SeverityNumber.ERROR, text: "error" },
  { level: 40, number: SeverityNumber.WARN, text: "warn" },
  { level: 30, number: SeverityNumber.INFO, text: "info" },
  { level: 20, number: SeverityNumber.DEBUG, text: "debug" },
] as const;
const lowest = { number: SeverityNumber.TRACE, text: "trace" } as const;

const lineSchema = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string().default(""),
  trace_id: z.string().optional(),
  span_id: z.string().optional(),
  /** The resource says who sends. */
  pid: z.unknown().optional(),
  hostname: z.unknown().optional(),
});

/** Sends lines of a log, as JSON, in batches; beyond 2,048 that wait, lines are not sent. */
export function sendLogs(
  receiver: Receiver,
  options: OtlpOptions,
): { take: (line: string) => void; close: () => Promise<void> } {
  const exporter = new OTLPLogExporter(receiver);
  const provider = new LoggerProvider({
    resource: resourceOf(options),
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger("tapline");
  return {
    take: (line) => {
      const read = lineSchema.safeParse(jsonOf(line));
      if (!read.success) return;
      const { level, time, msg, trace_id, span_id, pid: _pid, hostname: _hostname, ...facts } = read.data;
      const severity = severities.find((each) => level >= each.level) ?? lowest;
      logger.emit({
        ...{ timestamp: time, severityNumber: severity.number, severityText: severity.text, body: msg },
        attributes: facts as never,
        context: contextOf(trace_id, span_id),
      });
    },
    close: () => closeWithin(provider.shutdown()),
  };
}

/** Where the line belongs to a span that is recorded, that span. */
function contextOf(traceId: string | undefined, spanId: string | undefined) {
  const span = parseTraceparent(`00-${traceId}-${spanId}-01`);
  if (span === null) return ROOT_CONTEXT;
  const { traceId: id, spanId: within } = span;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId: id, spanId: within, traceFlags: TraceFlags.SAMPLED });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
