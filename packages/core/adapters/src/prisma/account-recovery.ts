import { randomUUID } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, recordActs, type Transaction } from "./acts.ts";
import { endPushes } from "./end-pushes.ts";
import { sessionEnd } from "./expired-sessions.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";

/** An account of the console, as whoever has lost the way in is told of it. */
export type AccountListing = {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly disabled: boolean;
  /** Whether an authenticator app is asked for at sign-in. */
  readonly secondFactor: boolean;
  readonly passkeys: number;
  /** Those that have not run out. */
  readonly sessions: number;
};

const byVerb = "tapline people recover";

/** An account may have thousands of sessions, expired ones too, and each end has its entry: so long that may take at most, ms. */
const recoverMs = 120_000;

/** For people who cannot sign in any more, and whom no admin of the console can help: by whoever has the database's rights. */
export class AccountRecovery {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** All accounts, by e-mail address. */
  async list(nowEpochMs: number): Promise<AccountListing[]> {
    const select = listedAt(nowEpochMs);
    return (await this.#prisma.user.findMany({ select, orderBy: { email: "asc" } })).map(listingOf);
  }

  /** @param email in whatever case @throws TaplineError `not-found`; `conflict` where the account is disabled */
  async find(email: string, nowEpochMs: number): Promise<AccountListing> {
    const where = { email: email.toLowerCase() };
    const row = await this.#prisma.user.findUnique({ where, select: listedAt(nowEpochMs) });
    if (row === null) throw noAccount(email);
    const found = listingOf(row);
    if (found.disabled)
      throw new TaplineError("conflict", `the account ${found.email} is disabled: no password lets it in`, {
        remedy: "have an admin enable it under Settings, People; an admin who can sign in again is one, too",
      });
    return found;
  }

  /**
   * Gives an account another password and takes its second factor away, with its passkeys; ends all its sessions, and its browsers are
   * notified no more. All of it, with its audit entries, or nothing.
   * @param passwordHash of the new password
   * @throws TaplineError as `find`
   */
  async recover(email: string, passwordHash: string, act: Act, atEpochMs: number): Promise<void> {
    const { id: userId } = await this.find(email, atEpochMs);
    await this.#prisma.$transaction(
      async (tx) => {
        // Nobody begins a session of theirs meanwhile, nor adds a key.
        const held = await tx.$queryRaw<{ secured: boolean }[]>`
          SELECT two_factor_enabled AS secured FROM "user" WHERE id = ${userId} AND NOT banned FOR UPDATE`;
        const [person] = held;
        if (person === undefined) throw noAccount(email);
        await setPassword(tx, userId, passwordHash);
        await tx.twoFactor.deleteMany({ where: { userId } });
        await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false } });
        // Browsers in which no second factor is asked for, and sign-ins that stand half-way.
        await tx.verification.deleteMany({ where: { value: userId } });
        await endPushes(tx, { userId, why: "password-changed", of: { kind: "all" } }, act, atEpochMs);
        const subject = `user/${userId}`;
        // Whatever of them ends by itself meanwhile is no fault.
        const passkeys = await tx.$queryRaw<{ id: string }[]>`
          DELETE FROM passkey WHERE user_id = ${userId} RETURNING id`;
        for (const { id } of passkeys) {
          const facts = { by: byVerb, passkey: "removed", id };
          await recordAct(tx, act, { action: "user.changed", subject, facts }, atEpochMs);
        }
        const sessions = await tx.$queryRaw<{ id: string }[]>`
          DELETE FROM session WHERE user_id = ${userId} RETURNING id`;
        const ends = sessions.map(({ id }) => sessionEnd(userId, id, byVerb));
        await recordActs(tx, act, ends, atEpochMs);
        const facts = { by: byVerb, password: true };
        const change = { before: { secondFactor: person.secured }, after: { secondFactor: false } };
        const deed = { action: "user.changed" as const, subject, facts, ...(person.secured ? change : {}) };
        await recordAct(tx, act, deed, atEpochMs);
      },
      { timeout: recoverMs },
    );
  }
}

/** Whoever signed in at a provider alone has no password yet. */
async function setPassword(tx: Transaction, userId: string, password: string): Promise<void> {
  const credential = { userId, providerId: "credential" };
  const { count } = await tx.account.updateMany({ where: credential, data: { password } });
  if (count === 0)
    await tx.account.create({ data: { ...credential, id: randomUUID(), accountId: userId, password } });
}

const listedAt = (nowEpochMs: number) =>
  ({
    ...{ id: true, email: true, role: true, banned: true, twoFactorEnabled: true },
    _count: { select: { passkeys: true, sessions: { where: { expiresAt: { gt: new Date(nowEpochMs) } } } } },
  }) satisfies Prisma.UserSelect;

const listingOf = (row: Prisma.UserGetPayload<{ select: ReturnType<typeof listedAt> }>): AccountListing => ({
  ...{ id: row.id, email: row.email, role: row.role, disabled: row.banned },
  ...{ secondFactor: row.twoFactorEnabled, passkeys: row._count.passkeys, sessions: row._count.sessions },
});

const noAccount = (email: string) =>
  new TaplineError("not-found", `the console has no account ${email}`, {
    remedy: "tapline people ls has their addresses",
  });
