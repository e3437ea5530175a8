import { type KeyObject, verify } from "node:crypto";
import { type RejectReason, type ScannedTap, scanTap, type Tap, type TapSignature } from "../tap/index.ts";
import type { ValidationRules } from "./rules.ts";

/** A tracker as the registry knows it. */
export type KnownTracker = {
  /** Key id of its signing key, 8 bytes hexadecimal. */
  readonly kid: string;
  /** Ed25519. */
  readonly publicKey: KeyObject;
  readonly revokedAtEpochMs: number | null;
};

export type Refusal = { readonly ok: false; readonly reason: RejectReason; readonly detail: string };

/** A tap without its measurements: what stays in memory while its segment is on its way. */
export type TapFacts = Omit<Tap, "samples">;

export type CheckedTap = { readonly ok: true; readonly tap: TapFacts } | Refusal;

/** A tap that was decoded and still needs its tracker's key; `refusal` is what the rules have against it. */
export type OpenedTap =
  | {
      readonly ok: true;
      readonly tap: TapFacts;
      readonly signature: TapSignature | null;
      readonly refusal: Refusal | null;
    }
  | Refusal;

const refuse = (reason: RejectReason, detail: string): Refusal => ({ ok: false, reason, detail });

/**
 * Decodes a raw tap and judges all that needs no key: form, policy, plausibility, time. Never throws.
 * @param rules null where the tap has been judged before, so that only its content is wanted
 */
export function openTap(raw: Uint8Array, readAtEpochMs: number, rules: ValidationRules | null): OpenedTap {
  const decoded = scanTap(raw);
  if (!decoded.ok) return decoded;
  const refusal = rules === null ? null : against(decoded, readAtEpochMs, rules);
  const { samples: _, ...tap } = decoded.tap;
  return { ok: true, tap, signature: decoded.signature, refusal };
}

function against(
  { tap, signature }: Extract<ReturnType<typeof scanTap>, { ok: true }>,
  readAtEpochMs: number,
  rules: ValidationRules,
): Refusal | null {
  if (signature === null && rules.unsigned === "refuse")
    return refuse("unsigned", "the tap carries no signature and unsigned taps are refused");
  return implausible(tap, rules) ?? skewed(tap, readAtEpochMs, rules);
}

/**
 * Judges an opened tap to the end: its signature (Ed25519, RFC 8032) on libuv's pool, so that the event loop stays free.
 * @param tracker who the registry says the tap's tracker is; undefined where it knows none
 */
export async function checkSignature(
  opened: Extract<OpenedTap, { ok: true }>,
  tracker: KnownTracker | undefined,
): Promise<CheckedTap> {
  const { tap, signature, refusal } = opened;
  if (refusal !== null) return refusal;
  if (signature === null) return { ok: true, tap };
  if (tracker === undefined) return refuse("unknown-tracker", `tracker ${tap.trackerId} is not enrolled`);
  if (tracker.revokedAtEpochMs !== null)
    return refuse("revoked-tracker", `tracker ${tap.trackerId} has been revoked`);
  if (tracker.kid !== signature.kid)
    return refuse("bad-signature", `signed under key ${signature.kid}, enrolled is ${tracker.kid}`);
  const valid = await new Promise<boolean>((resolve, reject) => {
    verify(null, signature.toBeSigned, tracker.publicKey, signature.signature, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
  return valid ? { ok: true, tap } : refuse("bad-signature", "the signature does not fit the tap's bytes");
}

function implausible(tap: ScannedTap, rules: ValidationRules): Refusal | null {
  if (tap.batteryPercent > rules.batteryPercent.max)
    return refuse("implausible", `battery ${tap.batteryPercent} % is above ${rules.batteryPercent.max}`);
  const { samples } = tap;
  for (let at = 0; at < samples.length; at += 3) {
    const [heartRateBpm, steps] = [samples[at + 1] ?? 0, samples[at + 2] ?? 0];
    if (heartRateBpm > rules.heartRateBpm.max)
      return refuse(
        "implausible",
        `sample ${at / 3}: heart rate ${heartRateBpm}/min is above ${rules.heartRateBpm.max}`,
      );
    if (steps > rules.stepsPerSample.max)
      return refuse("implausible", `sample ${at / 3}: ${steps} steps are above ${rules.stepsPerSample.max}`);
  }
  return null;
}

function skewed(tap: TapFacts, readAtEpochMs: number, rules: ValidationRules): Refusal | null {
  const aheadMs = tap.t0EpochS * 1000 - readAtEpochMs;
  if (aheadMs > rules.maxAheadMs)
    return refuse("time-skew", `measuring began ${Math.round(aheadMs / 1000)} s after the tap was read`);
  if (-aheadMs > rules.maxAgeMs)
    return refuse("time-skew", `measuring began ${Math.round(-aheadMs / 86_400_000)} days before the read`);
  return null;
}
