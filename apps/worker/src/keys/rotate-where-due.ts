import type { KeyDesk } from "@tapline/adapters/keys";
import type { Act } from "@tapline/adapters/prisma";
import { type RingKey, readRingKey, rotationTo, validFromEpochMs } from "@tapline/core/encryption";
import { type Actor, hasCode } from "@tapline/core/kernel";
import { discardIssued, type IssuedKey, issueIntoFolder } from "./issue-into-folder.ts";

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
  const outcome = await unlessRefused(issued, parts.signal, () =>
    parts.desk.change(rotationTo(ring, "archive", issued.certPem), act, {
      ...{ stand: null, twoPersons, asker },
    }),
  );
  const request = outcome.is === "asked" ? outcome.id : null;
  return { issued, successor: readRingKey(issued.certPem, "archive"), request };
}

/**
 * A key that is refused, as one of a process that stood still while another one took over, leaves no file. Where nobody knows whether
 * it was taken, as where the answer was lost, it stays: it may be the one that objects are encrypted to.
 */
async function unlessRefused<Result>(
  issued: IssuedKey,
  signal: AbortSignal | undefined,
  change: () => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted === true) {
    await discardIssued(issued);
    throw signal.reason;
  }
  try {
    return await change();
  } catch (error) {
    if (hasCode(error, "conflict") || hasCode(error, "forbidden")) await discardIssued(issued);
    throw error;
  }
}
