import type { KeyDesk } from "@tapline/adapters/keys";
import type { Act } from "@tapline/adapters/prisma";
import { type RingKey, readRingKey, rotationTo, validFromEpochMs } from "@tapline/core/encryption";
import { type IssuedKey, issueIntoFolder } from "./issue-into-folder.ts";

export type RotateParts = {
  readonly desk: Pick<KeyDesk, "standing" | "change">;
  /** Breaks it off before the successor is made, and before it is in use. */
  readonly signal?: AbortSignal;
};

const dayMs = 24 * 3_600_000;
const bySchedule: Act = { actor: { kind: "job", id: "key-rotation" }, reason: "its time had come" };

/**
 * Rotates the archive's key where its certificate is older than `afterDays`.
 * @param folder the PKI that issues the successor
 * @param act who has it rotated, and why
 * @returns what was made; null where nothing was due
 */
export async function rotateWhereDue(
  { folder, afterDays, nowEpochMs }: { folder: string; afterDays: number; nowEpochMs: number },
  parts: RotateParts,
  act = bySchedule,
): Promise<{ issued: IssuedKey; successor: RingKey } | null> {
  const { ring } = await parts.desk.standing();
  const active = ring.filter(({ role, state }) => role === "archive" && state === "active");
  const isFresh = ({ certPem }: RingKey): boolean =>
    nowEpochMs - validFromEpochMs(certPem) < afterDays * dayMs;
  if (active.length === 0 || active.some(isFresh)) return null;
  parts.signal?.throwIfAborted();
  const issued = await issueIntoFolder(folder, "archive", nowEpochMs);
  // The schedule is a setting of the server's, and so is a rule of NoOps: whoever set it wanted each of its rotations.
  const wish = { stand: null, twoPersons: "pass" } as const;
  parts.signal?.throwIfAborted();
  await parts.desk.change(rotationTo(ring, "archive", issued.certPem), act, wish);
  return { issued, successor: readRingKey(issued.certPem, "archive") };
}
