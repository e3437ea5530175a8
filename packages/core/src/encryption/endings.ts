import { certificatesIn } from "./certificate.ts";
import { revocationListsIn } from "./revocation-list.ts";

/** Something that stops being valid: a certificate, or a revocation list. */
export interface Ending {
  /** What it is to the installation, such as "signer" or "revocation list". */
  readonly what: string;
  /** Subject of the certificate, or issuer of the list. */
  readonly subject: string;
  readonly endsAtEpochMs: number;
}

const dayMs = 24 * 3_600_000;
/** Days before the end at which somebody is told, and the end itself. */
export const warnDays = [30, 14, 7, 1, 0] as const;

/** The ends of every certificate and revocation list in a PEM text. @throws TaplineError `misconfigured` */
export function endingsIn(pem: string, what: string): Ending[] {
  const certificates = pem.includes("BEGIN CERTIFICATE") ? certificatesIn(pem, what) : [];
  return [
    ...certificates.map(({ subject, notAfterEpochMs }) => ({
      what,
      subject,
      endsAtEpochMs: notAfterEpochMs,
    })),
    ...revocationListsIn(pem).flatMap(({ issuerName, nextUpdateEpochMs }) =>
      nextUpdateEpochMs === null
        ? []
        : { what: "revocation list", subject: issuerName, endsAtEpochMs: nextUpdateEpochMs },
    ),
  ];
}

/** Whole days that are left; negative after the end. */
export function daysLeft({ endsAtEpochMs }: Ending, nowEpochMs: number): number {
  return Math.floor((endsAtEpochMs - nowEpochMs) / dayMs);
}

/** The smallest of `warnDays` that is reached; null where the end is far. */
export function warningOf(ending: Ending, nowEpochMs: number): number | null {
  const leftMs = ending.endsAtEpochMs - nowEpochMs;
  return warnDays.findLast((days) => leftMs <= days * dayMs) ?? null;
}
