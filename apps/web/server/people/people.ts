import type { PrismaClient } from "@tapline/adapters/prisma";
import type { PersonView, SessionView, YouView } from "../../contracts/people.ts";
import type { Auth } from "../auth/create-auth.ts";
import { actOnPeople, type PeopleAct } from "../auth/who-asks.ts";
import { sitesOf } from "./scope-desk.ts";

/** People and their sessions, as they are read and changed by procedures; each change is written down with its reason. */
export class People {
  readonly #prisma: PrismaClient;
  readonly #auth: Auth;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, auth: Auth, clock: () => number) {
    this.#prisma = prisma;
    this.#auth = auth;
    this.#clock = clock;
  }

  async you(userId: string, sessionId: string): Promise<YouView> {
    const { name, email, role, twoFactorEnabled, sessions, passkeys } =
      await this.#prisma.user.findUniqueOrThrow({
        where: { id: userId },
        include: {
          sessions: { where: this.#standing(), orderBy: { createdAt: "desc" } },
          passkeys: { orderBy: { createdAt: "desc" } },
        },
      });
    return {
      ...{ name, email, role, secondFactor: twoFactorEnabled, sessionId },
      sessions: sessions.map(sessionView),
      passkeys: passkeys.map((row) => ({
        ...{ id: row.id, name: row.name, host: row.host },
        addedAtEpochMs: row.createdAt.getTime(),
        usedAtEpochMs: row.lastUsedAt?.getTime() ?? null,
      })),
    };
  }

  /** Everybody who has an account, by name. */
  async list(): Promise<PersonView[]> {
    const rows = await this.#prisma.user.findMany({
      orderBy: [{ name: "asc" }, { email: "asc" }],
      include: {
        sessions: { where: this.#standing(), orderBy: { createdAt: "desc" } },
        _count: { select: { passkeys: true } },
      },
    });
    const lastSignIns = await this.#lastSignIns(rows.map(({ id }) => id));
    return rows.map((row) => ({
      ...{ id: row.id, name: row.name, email: row.email, role: row.role },
      sites: sitesOf(row),
      ...{ disabled: row.banned, secondFactor: row.twoFactorEnabled },
      passkeys: row._count.passkeys,
      createdAtEpochMs: row.createdAt.getTime(),
      lastSignInEpochMs: lastSignIns.get(row.id) ?? null,
      sessions: row.sessions.map(sessionView),
    }));
  }

  /** Where agents stand, and what people, invitations and tokens are limited to, by name. */
  async sites(): Promise<string[]> {
    const limited = { where: { scope: "sites" }, select: { sites: true } };
    const [agents, ...given] = await Promise.all([
      this.#prisma.agent.findMany({ distinct: ["site"], select: { site: true } }),
      this.#prisma.user.findMany(limited),
      this.#prisma.invitation.findMany(limited),
      this.#prisma.apiToken.findMany(limited),
    ]);
    const named = given.flat().flatMap(({ sites }) => sites);
    return [...new Set([...agents.map(({ site }) => site), ...named])].toSorted();
  }

  /** By person, as the audit log has it: sessions go. */
  async #lastSignIns(ids: readonly string[]): Promise<Map<string, number>> {
    const found = await this.#prisma.auditEntry.groupBy({
      by: ["subject"],
      where: { action: "session.started", subject: { in: ids.map((id) => `user/${id}`) } },
      _max: { recordedAt: true },
    });
    return new Map(
      found.flatMap(({ subject, _max: { recordedAt } }) =>
        recordedAt === null ? [] : [[subject.slice("user/".length), recordedAt.getTime()] as const],
      ),
    );
  }

  /**
   * Ends sessions of a person's; their sockets hear of it at once.
   * @param which one, or all but one
   * @returns how many stood
   */
  endSessions(userId: string, which: { id: string } | { allBut: string }, act: PeopleAct): Promise<number> {
    return actOnPeople(act, async () => {
      const id = "id" in which ? which.id : { not: which.allBut };
      const found = await this.#prisma.session.findMany({
        where: { ...this.#standing(), userId, id },
        select: { token: true },
      });
      const { internalAdapter } = await this.#auth.$context;
      await internalAdapter.deleteSessions(found.map(({ token }) => token));
      return found.length;
    });
  }

  #standing() {
    return { expiresAt: { gt: new Date(this.#clock()) } };
  }
}

type Row = {
  readonly id: string;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
};

const sessionView = (row: Row): SessionView => ({
  id: row.id,
  // Where nobody said it, it is an empty text.
  userAgent: row.userAgent || null,
  address: row.ipAddress || null,
  sinceEpochMs: row.createdAt.getTime(),
  usedAtEpochMs: row.updatedAt.getTime(),
  endsAtEpochMs: row.expiresAt.getTime(),
});
