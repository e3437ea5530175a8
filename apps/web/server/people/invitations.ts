import { randomBytes, randomUUID } from "node:crypto";
import { passwordHash } from "@tapline/adapters/passwords";
import { type Act, type PrismaClient, recordAct, type Transaction } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { weaknessOf } from "../../contracts/password-strength.ts";
import type { InvitationView, OpenInvitation, RoleName } from "../../contracts/people.ts";
import { operator } from "../auth/who-asks.ts";
import { type Sites, scopeColumns, scopeWords, sitesOf } from "./scope-desk.ts";
import { digestOf, digestsOf } from "./secret-digest.ts";

const secretBytes = 32;

export type NewInvitation = {
  readonly email: string;
  readonly name: string;
  readonly role: RoleName;
  readonly sites: Sites;
  readonly ttlMs: number;
};

/** Links by which people make their own accounts: each once, until it ends. Each change is one transaction with its audit entry. */
export class Invitations {
  readonly #prisma: PrismaClient;
  readonly #siteName: string;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, siteName: string, clock: () => number) {
    this.#prisma = prisma;
    this.#siteName = siteName;
    this.#clock = clock;
  }

  /** Those that wait, the newest first. */
  async open(): Promise<InvitationView[]> {
    const rows = await this.#prisma.invitation.findMany({
      where: this.#waiting(),
      orderBy: { createdAt: "desc" },
    });
    return rows.map(({ id, name, email, role, createdAt, expiresAt, ...scoped }) => ({
      ...{ id, name, email, role, sites: sitesOf(scoped) },
      ...{ createdAtEpochMs: createdAt.getTime(), expiresAtEpochMs: expiresAt.getTime() },
    }));
  }

  /**
   * One made before for the same address ends.
   * @returns the link's secret, which is kept nowhere
   * @throws TaplineError `conflict` where the person is there; `invalid-input` for an admin of some sites
   */
  async invite({ email, name, role, sites, ttlMs }: NewInvitation, act: Act) {
    if (sites !== null && role === "admin")
      throw new TaplineError("invalid-input", "an admin has the whole installation", {
        remedy: "invite the person with another role, or without sites",
      });
    const scoped = scopeColumns(sites);
    const secret = randomBytes(secretBytes).toString("base64url");
    const now = this.#clock();
    const [id, expiresAt] = [randomUUID(), new Date(now + ttlMs)];
    return await this.#prisma.$transaction(async (tx) => {
      await assertNew(tx, email);
      await tx.invitation.updateMany({ where: { email, endedAt: null }, data: { endedAt: new Date(now) } });
      await tx.invitation.create({
        data: {
          ...{ id, digest: digestOf(secret, scoped.scope), email, name, role, ...scoped, expiresAt },
          ...{ createdAt: new Date(now), createdBy: act.actor.id },
        },
      });
      const facts = { role, ...scopeWords(sites), expiresAtEpochMs: expiresAt.getTime() };
      await recordAct(tx, act, { action: "user.invited", subject: `invitation/${id}`, facts }, now);
      return { id, secret, expiresAtEpochMs: expiresAt.getTime() };
    });
  }

  /** @throws TaplineError `conflict` where it waits no more */
  withdraw(id: string, act: Act): Promise<void> {
    return this.#prisma.$transaction(async (tx) => {
      const now = this.#clock();
      const { count } = await tx.invitation.updateMany({
        where: { id, ...this.#waiting() },
        data: { endedAt: new Date(now) },
      });
      if (count === 0)
        throw new TaplineError("conflict", "this invitation waits no more: it was used, or has ended", {
          remedy: "look at the list again",
        });
      const what = { action: "user.invitation-withdrawn" as const, subject: `invitation/${id}` };
      await recordAct(tx, act, { ...what, facts: {} }, now);
    });
  }

  /** What an invitation says. @throws TaplineError `not-found` where it waits no more */
  async read(secret: string): Promise<OpenInvitation> {
    const found = await this.#prisma.invitation.findFirst({
      where: { digest: { in: digestsOf(secret) }, ...this.#waiting() },
    });
    if (found === null) throw noInvitation();
    const { name, email, role } = found;
    return { name, email, role, siteName: this.#siteName };
  }

  /**
   * Makes the person, who then signs in; two at once make one between them.
   * @throws TaplineError `not-found` where it waits no more, `invalid-input` for a password that would be guessed
   */
  async accept(secret: string, given: { name: string; password: string }, traceId: string | null) {
    const { email } = await this.read(secret);
    const weakness = weaknessOf(given.password, [email, given.name, this.#siteName]);
    if (weakness !== null) throw new TaplineError("invalid-input", weakness);
    const password = await passwordHash.hash(given.password);
    return this.#prisma.$transaction(async (tx) => {
      const now = this.#clock();
      const [row] = await tx.invitation.updateManyAndReturn({
        where: { digest: { in: digestsOf(secret) }, ...this.#waiting() },
        data: { endedAt: new Date(now) },
      });
      if (row === undefined) throw noInvitation();
      await assertNew(tx, row.email);
      const id = randomUUID();
      const { role, email: address, scope, sites } = row;
      await tx.user.create({ data: { id, email: address, name: given.name, role, scope, sites } });
      const account = { id: randomUUID(), userId: id, accountId: id, providerId: "credential", password };
      await tx.account.create({ data: account });
      const facts = { by: "invitation", invitation: row.id };
      const what = {
        action: "user.created" as const,
        subject: `user/${id}`,
        facts,
        after: { role, ...scopeWords(sitesOf(row)) },
      };
      await recordAct(tx, { actor: operator(id), reason: null, traceId }, what, now);
      return { email: row.email };
    });
  }

  #waiting() {
    return { endedAt: null, expiresAt: { gt: new Date(this.#clock()) } };
  }
}

/** @throws TaplineError `conflict` */
async function assertNew(tx: Transaction, email: string): Promise<void> {
  const known = await tx.user.findUnique({ where: { email }, select: { id: true } });
  if (known !== null)
    throw new TaplineError("conflict", "somebody with this address has an account already", {
      remedy: "look for the address in the list of people",
    });
}

const noInvitation = () =>
  new TaplineError("not-found", "this invitation is not valid: it was used, withdrawn, or has ended", {
    remedy: "ask an admin for another one",
  });
