const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * The trace that a request says it belongs to (W3C Trace Context §3.2), 32 hexadecimal digits; null where it says none, or none
 * that counts. A later version of the header is read as far as it is known.
 */
export function traceIdOf(traceparent: unknown): string | null {
  if (typeof traceparent !== "string") return null;
  const [, version = "", traceId = "", parentId = "", more] = traceparentPattern.exec(traceparent) ?? [];
  if (version === "" || version === "ff" || (version === "00" && more !== undefined)) return null;
  return /[^0]/.test(traceId) && /[^0]/.test(parentId) ? traceId : null;
}
