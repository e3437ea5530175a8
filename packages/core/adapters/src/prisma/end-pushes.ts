import { type Act, recordAct, type Transaction } from "./acts.ts";
import type { Prisma, PushSubscription as Row } from "./generated/client.ts";

/** Who may act on alerts, and is told of them in browsers. */
const toldRoles = ["operator", "admin"];

export const toldPeople: Prisma.UserWhereInput = { role: { in: toldRoles }, banned: false };

export const mayBeTold = (role: string, banned: boolean): boolean => toldRoles.includes(role) && !banned;

export type PushEndReason =
  | ("switched-off" | "taken-over" | "gone")
  | ("session-ended" | "password-changed" | "may-not-be-told" | "person-removed" | "key-lost");

/** Which of a person's browsers are notified no more. */
export type PushEnd = {
  readonly userId: string;
  readonly why: PushEndReason;
  /**
   * `all`; those of one `session`; those of none that stands (`strays`), and of one session beside; or all `but` those of a session.
   */
  readonly of:
    | { readonly kind: "all" }
    | { readonly kind: "session" | "session-and-strays" | "all-but"; readonly session: string };
};

/**
 * Ends them, each with its entry, in the transaction of what ends them. The person is to be held by it (`FOR UPDATE`), as whoever adds one
 * does: none is added meanwhile.
 */
export async function endPushes(
  tx: Transaction,
  { userId, why, of }: PushEnd,
  act: Act,
  atEpochMs: number,
): Promise<void> {
  const rows = await tx.pushSubscription.findMany({ where: { userId } });
  if (rows.length === 0) return;
  const standing = new Set(
    (await tx.session.findMany({ where: { userId }, select: { id: true } })).map(({ id }) => id),
  );
  const isMet = ({ sessionId }: Row): boolean => {
    if (of.kind === "all") return true;
    if (of.kind === "all-but") return sessionId !== of.session;
    const isStray = sessionId === null || !standing.has(sessionId);
    return sessionId === of.session || (of.kind === "session-and-strays" && isStray);
  };
  for (const row of rows) if (isMet(row)) await endPush(tx, row, act, why, atEpochMs);
}

/** Ends one; nothing where somebody was as fast. */
export async function endPush(
  tx: Transaction,
  { id, userId }: Row,
  act: Act,
  why: PushEndReason,
  atEpochMs: number,
): Promise<void> {
  const { count } = await tx.pushSubscription.deleteMany({ where: { id } });
  if (count === 0) return;
  const what = { action: "push-subscription.removed" as const, subject: `push-subscription/${id}` };
  await recordAct(tx, act, { ...what, facts: { person: userId, why } }, atEpochMs);
}
