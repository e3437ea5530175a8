import { type KeyState, keyRoles, keyStates, type RingKey } from "@tapline/core/encryption";
import { z } from "zod";
import { type Act, marks, moveMark, recordAct, type Transaction } from "../prisma/acts.ts";
import type { ArchiveKey, PrismaClient } from "../prisma/generated/client.ts";

const [roleSchema, stateSchema] = [z.enum(keyRoles), z.enum(keyStates)];

/** One change of the ring, or of what waits for one, after the other. */
export async function ringStep<Result>(
  prisma: PrismaClient,
  change: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return await prisma.$transaction(async (tx) => {
    // First, so that one step comes after the other.
    await moveMark(tx, marks.keys);
    return await change(tx);
  });
}

export async function listRing(tx: Pick<Transaction, "archiveKey">): Promise<RingKey[]> {
  const rows = await tx.archiveKey.findMany({
    orderBy: [{ addedAt: "asc" }, { role: "asc" }, { certSha256: "asc" }],
  });
  return rows.map(keyOf);
}

function keyOf({ addedAt: _added, changedAt: _changed, notAfter, role, state, ...key }: ArchiveKey): RingKey {
  return {
    ...key,
    role: roleSchema.parse(role),
    state: stateSchema.parse(state),
    notAfterEpochMs: notAfter.getTime(),
  };
}

export async function addKeys(tx: Transaction, keys: readonly RingKey[], at: Date): Promise<void> {
  await tx.archiveKey.createMany({
    data: keys.map(({ notAfterEpochMs, ...key }) => ({
      ...key,
      ...{ notAfter: new Date(notAfterEpochMs), addedAt: at, changedAt: at },
    })),
  });
}

/** @param more what else there is to tell of how it came */
export async function tellKey(
  tx: Transaction,
  act: Act,
  action: "key.seeded" | "key.changed",
  { certSha256, ski, role, subject, state }: RingKey,
  {
    before,
    at,
    more = {},
  }: { before: KeyState | null; at: Date; more?: Readonly<Record<string, string | boolean>> },
): Promise<void> {
  const what = {
    ...{ action, subject: `key/${certSha256}`, facts: { ski, role, certificate: subject, ...more } },
    ...(before === null ? {} : { before: { state: before } }),
    after: { state },
  };
  await recordAct(tx, act, what, at.getTime());
}
