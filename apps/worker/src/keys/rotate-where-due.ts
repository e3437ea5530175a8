import type { KeyDesk } from "@tapline/adapters/keys";
import type { Act } from "@tapline/adapters/prisma";
import { type RingKey, readRingKey, rotationTo, validFromEpochMs } from "@tapline/core/encryption";
import type { Actor } from "@tapline/core/kernel";
import { type IssuedKey, issueIntoFolder } from "./issue-into-folder.ts";

export type RotateParts = {
  readonly desk: Pick<KeyDesk, "standing" | "change">;
  /** Breaks it off before the successor is made, and before it is in use. */
  readonly signal?: AbortSignal;
};

export type RotateWish = {
  readonly folder: string;
  readonly afterDays: number;
  readonly nowEpochMs: number;
  /** What to do where the rule of two persons holds: go past it, which is recorded, or ask the second one. */
  readonly twoPersons: "pass" | "ask";
  /** Who counts as the first of the two persons; default: whoever has it rotated. */
  readonly asker?: Actor;
};

const dayMs = 24 * 3_600_000;
const bySchedule: Act = { actor: { kind: "job", id: "key-rotation" }, reason: "its time had come" };

/**
 * Rotates the archive's key where its certificate is older than `afterDays`.
 * @param folder the PKI that issues the successor
 * @param act who has it rotated, and why
 * @returns what was made, and by which request a second person is asked for it (null: it is in use); null where nothing was due
 */
export async function rotateWhereDue(
  { folder, afterDays, nowEpochMs, twoPersons, asker }: RotateWish,
  parts: RotateParts,
  act = bySchedule,
): Promise<{ issued: IssuedKey; successor: RingKey; request: string | null } | null> {
  const { ring } = await parts.desk.standing();
  const active = ring.filter(({ role, state }) => role === "archive" && state === "active");
  const isFresh = ({ certPem }: RingKey): boolean =>
    nowEpochMs - validFromEpochMs(certPem) < afterDays * dayMs;
  if (active.length === 0 || active.some(isFresh)) return null;
  parts.signal?.throwIfAborted();
  const issued = await issueIntoFolder(folder, "archive", nowEpochMs);
  parts.signal?.throwIfAborted();
  const outcome = await parts.desk.change(rotationTo(ring, "archive", issued.certPem), act, {
    ...{ stand: null, twoPersons, asker },
  });
  const request = outcome.is === "asked" ? outcome.id : null;
  return { issued, successor: readRingKey(issued.certPem, "archive"), request };
}
