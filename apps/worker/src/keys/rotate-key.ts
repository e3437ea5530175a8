import type { KeyRing } from "@tapline/adapters/keys";
import type { Act } from "@tapline/adapters/prisma";
import { type KeyRole, type RingKey, readRingKey } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";

export type RotateParts = {
  readonly ring: Pick<KeyRing, "read" | "change">;
};

/**
 * Puts a successor into the ring and sends the active keys of that role into retirement, in one step: from its commit on
 * new segments are encrypted to the successor, and those under way end as they began.
 * @param certPem the successor's certificate; whose private key is nobody's business here
 * @returns the successor, and those that it replaces
 * @throws TaplineError `conflict` where it is in the ring already or nothing of that role is active; `misconfigured` where
 * it cannot be a recipient
 */
export async function rotateKey(
  role: KeyRole,
  certPem: string,
  { ring }: RotateParts,
  act: Act,
): Promise<{ successor: RingKey; replaced: RingKey[] }> {
  const successor = readRingKey(certPem, role);
  const replaced = (await ring.read()).filter((key) => key.role === role && key.state === "active");
  if (replaced.length === 0)
    throw new TaplineError("conflict", `no ${role} key is active: there is nothing to rotate`, {
      remedy: "Add the certificate by `tapline key add`.",
    });
  const states = Object.fromEntries(replaced.map(({ certSha256 }) => [certSha256, "retiring" as const]));
  await ring.change({ added: [successor], states }, act);
  return { successor, replaced };
}
