import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { TaplineError } from "@tapline/core/kernel";
import { tokenDigest, writeToken } from "@tapline/core/tap";
import { type Act, marks, moveMark, recordAct, type Transaction } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";
import { checkCertificate, checkToken } from "./refuse-agent.ts";

const lockAgentSql = readFileSync(new URL("./lock-agent.sql", import.meta.url), "utf8");

/** Longest that a token may wait for its use, ms: 30 days. */
const maxTokenTtlMs = 30 * 24 * 3_600_000;

/** A certificate that the door gives out; its serial number in lower-case hexadecimal. */
type NewCertificate = { readonly serial: string; readonly notAfterEpochMs: number };

/**
 * Certificates that one agent is given within an hour: far more than one needs whose answers get lost. Each is kept, audited,
 * and read by all doors, so that their number must not be the agent's to choose.
 */
const maxPerHour = 20;
const hourMs = 3_600_000;

/** What is done to one agent, when, and by whom. */
type Step = {
  readonly tx: Transaction;
  readonly agent: string;
  readonly at: Date;
  readonly enrolledAt: Date | null;
  readonly revokedAt: Date | null;
};

/** Who may be an agent: tokens, certificates, revocation. Each change is one transaction with its audit entry. */
export class AgentRegistry {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #tell: () => Promise<void>;

  /** @param tell says to other processes that something has changed; they would see it by themselves, but later */
  constructor(prisma: PrismaClient, clock: () => number, tell: () => Promise<void> = async () => {}) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#tell = tell;
  }

  /**
   * Makes a one-time token, by which one machine may enrol as `agent`; earlier ones that wait end.
   * @param site where it stands, for the agent to get by enrolling; null leaves it where it is (a new agent: default)
   * @param ring of roll-outs, for the agent to get by enrolling; null leaves it where it is (a new agent: 1)
   * @param pin SHA-256 of the root certificate
   */
  async createToken(
    wish: { agent: string; ring: number | null; site?: string | null; ttlMs: number; pin: Buffer },
    act: Act,
  ): Promise<{ token: string; expiresAtEpochMs: number }> {
    const { agent, ring, ttlMs, pin, site = null } = wish;
    if (!(ttlMs > 0 && ttlMs <= maxTokenTtlMs))
      throw new TaplineError("invalid-input", "a token must end within 30 days", {
        remedy: "choose a shorter time",
      });
    const secret = randomBytes(32);
    const expiresAt = new Date(this.#clock() + ttlMs);
    await this.#step(agent, async ({ tx, at }) => {
      await endTokens(tx, agent, at);
      await tx.agentToken.create({
        data: {
          ...{ digest: bytes(tokenDigest(secret)), agentId: agent, ring, site, expiresAt },
          ...{ createdAt: at, createdBy: act.actor.id },
        },
      });
      const facts = {
        expiresAtEpochMs: expiresAt.getTime(),
        ...(ring === null ? {} : { ring }),
        ...(site === null ? {} : { site }),
      };
      await recordAct(
        tx,
        act,
        { action: "agent.token-created", subject: `agent/${agent}`, facts },
        at.getTime(),
      );
    });
    return { token: writeToken({ secret, pin }), expiresAtEpochMs: expiresAt.getTime() };
  }

  /** Whose token it is. Uses nothing up. @throws TaplineError `unauthenticated`, facts.problem naming why */
  async agentOfToken(digest: Uint8Array): Promise<string> {
    return checkToken(await this.#findToken(digest), this.#clock()).agentId;
  }

  /**
   * Uses a token up and makes `certificate` the only one that `agent` may show.
   * @throws TaplineError `unauthenticated` where the token was used, or ended, meanwhile
   */
  async enrol(
    agent: string,
    digest: Uint8Array,
    { serial, notAfterEpochMs }: NewCertificate,
    hostname: string,
    traceId: string | null,
  ): Promise<void> {
    await this.#step(agent, async ({ tx, at, ...stood }) => {
      const [used] = await tx.agentToken.updateManyAndReturn({
        where: { digest: bytes(digest), agentId: agent, usedAt: null, expiresAt: { gt: at } },
        data: { usedAt: at },
      });
      const { ring, site } = used ?? checkToken(await this.#findToken(digest), at.getTime());
      await revokeCertificates(tx, agent, at);
      await tx.agent.update({
        where: { id: agent },
        data: {
          enrolledAt: at,
          revokedAt: null,
          hostname,
          ...(ring === null ? {} : { ring }),
          ...(site === null ? {} : { site }),
        },
      });
      // In another ring it may be meant by a roll-out that did not mean it before.
      if (ring !== null) await moveMark(tx, marks.fleet);
      await addCertificate(tx, agent, serial, at, notAfterEpochMs);
      await recordAct(
        tx,
        { actor: { kind: "agent", id: agent }, reason: null, traceId },
        {
          ...{ action: "agent.enrolled", subject: `agent/${agent}`, facts: { serial, notAfterEpochMs } },
          ...{ before: { state: stateOf(stood) }, after: { state: "enrolled" } },
        },
        at.getTime(),
      );
    });
  }

  /**
   * Adds a certificate to the one that `agent` shows (`presented`); that one stays good until it ends, so that an agent
   * that never got the answer can ask again.
   * @throws TaplineError `forbidden` where the one that it shows is no longer good, `overloaded` where it renews without end
   */
  async renew(
    agent: string,
    presented: string,
    { serial, notAfterEpochMs }: NewCertificate,
    traceId: string | null,
  ): Promise<void> {
    await this.#step(agent, async ({ tx, at, enrolledAt, revokedAt }) => {
      const found = await tx.agentCertificate.findUnique({ where: { serial: presented } });
      checkCertificate(agent, found, enrolledAt !== null || revokedAt !== null);
      await assertSparing(tx, agent, at);
      await addCertificate(tx, agent, serial, at, notAfterEpochMs);
      const facts = { serial, notAfterEpochMs, presented };
      await recordAct(
        tx,
        { actor: { kind: "agent", id: agent }, reason: null, traceId },
        { action: "agent.renewed", subject: `agent/${agent}`, facts },
        at.getTime(),
      );
    });
  }

  /**
   * From now on nothing that `agent` has lets it in; a new token does.
   * @param unlisted also one that the registry does not know, whose certificate was made by hand
   * @throws TaplineError `not-found`, `conflict` where it was revoked before
   */
  async revoke(agent: string, act: Act & { reason: string }, unlisted = false): Promise<void> {
    if (!unlisted && (await this.#prisma.agent.findUnique({ where: { id: agent } })) === null)
      throw new TaplineError("not-found", `no agent ${agent} is known`, {
        remedy: "look it up by tapline agent ls; name one with a certificate made by hand with --unlisted",
      });
    await this.#step(agent, async ({ tx, at, enrolledAt, revokedAt }) => {
      if (revokedAt !== null)
        throw new TaplineError("conflict", `agent ${agent} was revoked on ${revokedAt.toISOString()}`);
      await endTokens(tx, agent, at);
      const certificates = await revokeCertificates(tx, agent, at);
      await tx.agent.update({ where: { id: agent }, data: { revokedAt: at } });
      await recordAct(
        tx,
        act,
        {
          ...{ action: "agent.revoked", subject: `agent/${agent}`, facts: { certificates } },
          ...{ before: { state: stateOf({ enrolledAt, revokedAt }) }, after: { state: "revoked" } },
        },
        at.getTime(),
      );
    });
  }

  async #step(agent: string, change: (step: Step) => Promise<void>): Promise<void> {
    const at = new Date(this.#clock());
    await this.#prisma.$transaction(async (tx) => {
      const [row] = await tx.$queryRawUnsafe<Pick<Step, "enrolledAt" | "revokedAt">[]>(lockAgentSql, agent);
      await change({ tx, agent, at, enrolledAt: row?.enrolledAt ?? null, revokedAt: row?.revokedAt ?? null });
      await moveMark(tx, marks.agents);
    });
    // The change stands; who is not told now finds out within seconds.
    await this.#tell().catch(() => undefined);
  }

  async #findToken(digest: Uint8Array) {
    return await this.#prisma.agentToken.findUnique({ where: { digest: bytes(digest) } });
  }
}

/** What an agent was before a step. */
function stateOf({ enrolledAt, revokedAt }: Pick<Step, "enrolledAt" | "revokedAt">): string {
  if (revokedAt !== null) return "revoked";
  return enrolledAt === null ? "not enrolled" : "enrolled";
}

const bytes = (buffer: Uint8Array) => new Uint8Array(buffer);

async function endTokens(tx: Transaction, agent: string, at: Date): Promise<void> {
  await tx.agentToken.updateMany({
    where: { agentId: agent, usedAt: null, expiresAt: { gt: at } },
    data: { expiresAt: at },
  });
}

async function revokeCertificates(tx: Transaction, agent: string, at: Date): Promise<number> {
  const { count } = await tx.agentCertificate.updateMany({
    where: { agentId: agent, revokedAt: null },
    data: { revokedAt: at },
  });
  return count;
}

async function assertSparing(tx: Transaction, agentId: string, at: Date): Promise<void> {
  const issuedAt = { gt: new Date(at.getTime() - hourMs) };
  if ((await tx.agentCertificate.count({ where: { agentId, issuedAt } })) < maxPerHour) return;
  throw new TaplineError(
    "overloaded",
    `agent ${agentId} was given ${maxPerHour} certificates within an hour`,
    {
      remedy: "see why it asks for so many; it may come back later",
      facts: { retryAfterMs: hourMs / 6 },
    },
  );
}

async function addCertificate(
  tx: Transaction,
  agentId: string,
  serial: string,
  issuedAt: Date,
  notAfterEpochMs: number,
): Promise<void> {
  await tx.agentCertificate.create({
    data: { serial, agentId, issuedAt, notAfter: new Date(notAfterEpochMs) },
  });
}
