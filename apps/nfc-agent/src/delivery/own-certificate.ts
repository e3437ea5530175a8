import { X509Certificate } from "node:crypto";
import { type Setback, type SetbackCause, setback } from "./setback.ts";

/** Setbacks that a certificate out of date may be behind. */
const maybeOurs: readonly SetbackCause[] = ["unauthenticated", "broken"];

/**
 * `why`, or what the agent's own certificate (PEM) says better: servers and TLS alerts tell little of it.
 * Only after a setback: this PC's clock may be wrong, and the server decides by its own.
 */
export function explainByCertificate(why: Setback, cert: string, nowEpochMs: number): Setback {
  if (!maybeOurs.includes(why.cause)) return why;
  try {
    const { validFromDate, validToDate } = new X509Certificate(cert);
    if (validToDate.getTime() < nowEpochMs) return setback("own-expired", `on ${validToDate.toISOString()}`);
    if (validFromDate.getTime() > nowEpochMs)
      return setback("own-early", `it begins on ${validFromDate.toISOString()}`);
    return why;
  } catch {
    return setback("own-unusable", "");
  }
}
