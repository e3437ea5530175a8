import { randomBytes, randomUUID } from "node:crypto";
import { type Act, type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import type { ApiTokenView, TokenRole } from "../../contracts/api-tokens.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { type Sites, scopeColumns, scopeWords, sitesOf } from "./scope-desk.ts";
import { digestOf, digestsOf } from "./secret-digest.ts";

/** By which people and scanners of repositories know one. */
export const tokenPrefix = "tapline_";
const secretBytes = 32;
/** So exactly is known when one was last used, ms. */
const noteUseMs = 60_000;
/** A token is listed for so long after its end, ms. */
const listedAfterMs = 30 * 24 * 3_600_000;
/** Calls that one token may make a minute, counted by this process. */
export const mostCallsAMinute = 300;

export type NewApiToken = {
  readonly name: string;
  readonly role: TokenRole;
  readonly sites: Sites;
  readonly ttlMs: number;
};

/** Tokens by which programs ask the console's API. Each change is one transaction with its audit entry. */
export class ApiTokens {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  /** Calls in the minute that began then, by token. */
  readonly #calls = new Map<string, { minute: number; count: number }>();

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** The newest first; those that ended long ago are left out. */
  async list(): Promise<ApiTokenView[]> {
    const since = new Date(this.#clock() - listedAfterMs);
    const rows = await this.#prisma.apiToken.findMany({
      where: { expiresAt: { gt: since }, OR: [{ revokedAt: null }, { revokedAt: { gt: since } }] },
      orderBy: { createdAt: "desc" },
    });
    const makers = await this.#prisma.user.findMany({
      where: { id: { in: rows.map(({ createdBy }) => createdBy) } },
      select: { id: true, name: true },
    });
    const names = new Map(makers.map(({ id, name }) => [id, name]));
    return rows.map((row) => ({
      ...{ id: row.id, name: row.name, role: row.role, sites: sitesOf(row) },
      createdBy: names.get(row.createdBy) ?? null,
      createdAtEpochMs: row.createdAt.getTime(),
      expiresAtEpochMs: row.expiresAt.getTime(),
      lastUsedAtEpochMs: row.lastUsedAt?.getTime() ?? null,
      revokedAtEpochMs: row.revokedAt?.getTime() ?? null,
    }));
  }

  /** @returns the token, which is kept nowhere */
  create({ name, role, sites, ttlMs }: NewApiToken, act: Act) {
    const token = `${tokenPrefix}${randomBytes(secretBytes).toString("base64url")}`;
    const now = this.#clock();
    const [id, expiresAt] = [randomUUID(), new Date(now + ttlMs)];
    return this.#prisma.$transaction(async (tx) => {
      const scoped = scopeColumns(sites);
      const data = { id, digest: digestOf(token, scoped.scope), name, role, ...scoped, expiresAt };
      await tx.apiToken.create({ data: { ...data, createdAt: new Date(now), createdBy: act.actor.id } });
      const facts = { role, ...scopeWords(sites), expiresAtEpochMs: expiresAt.getTime() };
      await recordAct(tx, act, { action: "api-token.created", subject: `api-token/${id}`, facts }, now);
      return { id, token, expiresAtEpochMs: expiresAt.getTime() };
    });
  }

  /** @throws TaplineError `conflict` where it has ended already */
  revoke(id: string, act: Act): Promise<void> {
    return this.#prisma.$transaction(async (tx) => {
      const now = this.#clock();
      const { count } = await tx.apiToken.updateMany({
        where: { id, revokedAt: null, expiresAt: { gt: new Date(now) } },
        data: { revokedAt: new Date(now) },
      });
      if (count === 0)
        throw new TaplineError("conflict", "this token has ended already", {
          remedy: "look at the list again",
        });
      await recordAct(tx, act, { action: "api-token.revoked", subject: `api-token/${id}`, facts: {} }, now);
    });
  }

  /**
   * Who asks by a token; `null` where it is none, or has ended.
   * @throws TaplineError `overloaded` for too many calls, `unavailable`
   */
  async viewerOf(token: string): Promise<Viewer | null> {
    if (!token.startsWith(tokenPrefix)) return null;
    const now = new Date(this.#clock());
    const where = { digest: { in: digestsOf(token) }, revokedAt: null, expiresAt: { gt: now } };
    const row = await fromPostgres(this.#prisma.apiToken.findFirst({ where }));
    if (row === null || (row.role !== "viewer" && row.role !== "operator")) return null;
    // It reaches no further than its maker does now, whichever way they came to do less: admins alone, who see the whole.
    const maker = { id: row.createdBy, role: "admin", scope: "whole", banned: false };
    if ((await fromPostgres(this.#prisma.user.count({ where: maker }))) === 0) return null;
    this.#count(row.id, now.getTime());
    const noted = row.lastUsedAt?.getTime() ?? 0;
    if (now.getTime() - noted >= noteUseMs)
      await fromPostgres(
        this.#prisma.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } }),
      );
    const id = `token/${row.id}`;
    return {
      userId: id,
      sessionId: id,
      name: row.name,
      email: "",
      role: row.role,
      sites: sitesOf(row),
      isToken: true,
    };
  }

  #count(id: string, nowEpochMs: number): void {
    const minute = Math.floor(nowEpochMs / 60_000);
    const known = this.#calls.get(id);
    const count = known?.minute === minute ? known.count + 1 : 1;
    this.#calls.set(id, { minute, count });
    if (count <= mostCallsAMinute) return;
    throw new TaplineError("overloaded", `a token asks at most ${mostCallsAMinute} times a minute`, {
      remedy: "ask again in the next minute",
      facts: { retryAfterMs: (minute + 1) * 60_000 - nowEpochMs },
    });
  }
}

/** The token of a request; null where it names none. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer (\S{1,200})$/i.exec(authorization ?? "")?.[1] ?? null;
}
