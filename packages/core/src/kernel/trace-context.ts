const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Where in a trace something happened (W3C Trace Context §3.2): ids in hexadecimal, 32 and 16 digits. */
export type TraceContext = {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether whoever began the trace records it. */
  readonly sampled: boolean;
};

/**
 * What a `traceparent` says; null where it is none, or none that counts. A later version of the header is read as far as it is
 * known.
 */
export function parseTraceparent(traceparent: unknown): TraceContext | null {
  if (typeof traceparent !== "string") return null;
  const [, version = "", traceId = "", spanId = "", flags = "", more] =
    traceparentPattern.exec(traceparent) ?? [];
  if (version === "" || version === "ff" || (version === "00" && more !== undefined)) return null;
  if (!/[^0]/.test(traceId) || !/[^0]/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The `traceparent` of a context, version 00. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

/** The trace that a request says it belongs to, 32 hexadecimal digits; null where it says none, or none that counts. */
export function traceIdOf(traceparent: unknown): string | null {
  return parseTraceparent(traceparent)?.traceId ?? null;
}
