import type { SealedSegment } from "@tapline/adapters/redis";
import { type Trust, verifyDetached } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { checkObject, type Manifest } from "@tapline/core/transfer";

/**
 * Whether a sealed form that waited in Redis is still what encryption made of the segment: signed by somebody who is trusted,
 * of this segment, with as many taps, and the object is the one that the manifest names. The signer's time is no reason to
 * refuse: what runs out is told ahead, and taps that wait for ever are worse.
 * @param taps how many of the segment's were accepted
 * @throws TaplineError `corrupt` or `unauthenticated`
 */
export function checkSealed(
  segment: string,
  taps: number,
  { object, manifest: bytes, signature }: SealedSegment,
  trust: Omit<Trust, "atEpochMs">,
): void {
  verifyDetached(bytes, signature, { ...trust, atEpochMs: null });
  // Signed by one of ours, so its form was checked as it was built; to check it again would cost most of all.
  const manifest = JSON.parse(bytes.toString("utf8")) as Manifest;
  if (manifest.segment !== segment || manifest.taps !== taps)
    throw new TaplineError(
      "corrupt",
      `the manifest is that of segment ${manifest.segment} with ${manifest.taps} taps, not of ${segment} with ${taps}`,
    );
  checkObject(manifest, object);
}
