import { type Act, recordAct, type Transaction } from "@tapline/adapters/prisma";

/**
 * Ends what somebody made as an admin and still has the secrets of, once he is none: tokens of the API, and invitations that wait. Else
 * he would come back by them.
 */
export async function endGivenBy(tx: Transaction, userId: string, act: Act, atEpochMs: number) {
  const now = new Date(atEpochMs);
  const standing = { createdBy: userId, expiresAt: { gt: now } };
  const facts = { why: "maker-no-admin" };
  const tokens = await tx.apiToken.updateManyAndReturn({
    where: { ...standing, revokedAt: null },
    data: { revokedAt: now },
    select: { id: true },
  });
  for (const { id } of tokens) {
    const what = { action: "api-token.revoked" as const, subject: `api-token/${id}`, facts };
    await recordAct(tx, act, what, atEpochMs);
  }
  const invitations = await tx.invitation.updateManyAndReturn({
    where: { ...standing, endedAt: null },
    data: { endedAt: now },
    select: { id: true },
  });
  for (const { id } of invitations) {
    const what = { action: "user.invitation-withdrawn" as const, subject: `invitation/${id}`, facts };
    await recordAct(tx, act, what, atEpochMs);
  }
}
