import { randomBytes } from "node:crypto";
import { readToken, tokenDigest } from "@tapline/core/tap";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { AgentDirectory, AgentRegistry, connectPrisma, type PrismaClient } from "./index.ts";

const pin = randomBytes(32);
const hourMs = 3_600_000;
const admin = { actor: { kind: "operator" as const, id: "ola" }, reason: null };
const why = { ...admin, reason: "stolen" };

let prisma: PrismaClient;
let nowEpochMs: number;
let agents = 0;
let agent: string;
let told: number;
let registry: AgentRegistry;
let directory: AgentDirectory;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());
beforeEach(() => {
  nowEpochMs = Date.UTC(2026, 10, 24);
  agents += 1;
  agent = `gate-${agents}`;
  told = 0;
  registry = new AgentRegistry(
    prisma,
    () => nowEpochMs,
    async () => {
      told += 1;
    },
  );
  directory = new AgentDirectory(prisma, () => nowEpochMs);
});

const certificate = (serial = randomBytes(16).toString("hex")) => ({
  serial,
  notAfterEpochMs: nowEpochMs + 720 * hourMs,
});

async function invite(ttlMs = hourMs, ring: number | null = null) {
  const { token } = await registry.createToken({ agent, ring, ttlMs, pin }, admin);
  return tokenDigest(readToken(token).secret);
}

async function enrol(serial?: string): Promise<string> {
  const made = certificate(serial);
  await registry.enrol(agent, await invite(), made, "front-desk", null);
  return made.serial;
}

const entries = async () => {
  const rows = await prisma.auditEntry.findMany({
    where: { subject: `agent/${agent}` },
    orderBy: { recordedAt: "asc" },
  });
  return rows.map((row) => [row.actorKind, row.actorId, row.action]);
};
const listing = async () => (await directory.list()).find(({ id }) => id === agent);
const standing = async () => (await directory.listed(null))?.agents.find((found) => found.agent === agent);
const problem = (name: string) => ({ code: "unauthenticated", facts: { problem: name } });

describe("a token", () => {
  test("is kept as its digest alone, and carries the pin", async () => {
    const { token } = await registry.createToken({ agent, ring: null, ttlMs: hourMs, pin }, admin);
    const { secret, pin: carried } = readToken(token);
    expect(carried).toEqual(pin);
    const [row] = await prisma.agentToken.findMany({ where: { agentId: agent } });
    expect(Buffer.from(row!.digest)).toEqual(tokenDigest(secret));
    const all = JSON.stringify(await prisma.auditEntry.findMany());
    expect(all).not.toContain(secret.toString("base64url"));
    expect(await entries()).toEqual([["operator", "ola", "agent.token-created"]]);
    expect(await listing()).toMatchObject({ state: "invited", tokenEndsAtEpochMs: nowEpochMs + hourMs });
  });

  test("enrols one machine, once; of two at once one wins", async () => {
    const digest = await invite();
    const made = [certificate(), certificate()];
    const tries = await Promise.allSettled(made.map((one) => registry.enrol(agent, digest, one, "pc", null)));
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(tries.find((one) => one.status === "rejected")?.reason).toMatchObject(problem("token-used"));
    await expect(registry.agentOfToken(digest)).rejects.toMatchObject(problem("token-used"));
    const won = made[tries.findIndex(({ status }) => status === "fulfilled")];
    expect(await standing()).toEqual({ agent, admitted: [won?.serial], refused: [] });
    expect((await entries()).filter(([, , action]) => action === "agent.enrolled")).toHaveLength(1);
  });

  test("that nobody made is unknown", async () => {
    await expect(registry.agentOfToken(randomBytes(32))).rejects.toMatchObject(problem("token-unknown"));
    await expect(registry.enrol(agent, randomBytes(32), certificate(), "pc", null)).rejects.toMatchObject(
      problem("token-unknown"),
    );
    expect(await entries()).toEqual([]);
  });

  test("ends", async () => {
    const digest = await invite();
    expect(await registry.agentOfToken(digest)).toBe(agent);
    nowEpochMs += hourMs;
    await expect(registry.agentOfToken(digest)).rejects.toMatchObject(problem("token-expired"));
    await expect(registry.enrol(agent, digest, certificate(), "pc", null)).rejects.toMatchObject(
      problem("token-expired"),
    );
  });

  test("ends when a newer one is made", async () => {
    const [first, second] = [await invite(), await invite()];
    await expect(registry.agentOfToken(first)).rejects.toMatchObject(problem("token-expired"));
    expect(await registry.agentOfToken(second)).toBe(agent);
  });

  test("gives its ring by enrolling, not before", async () => {
    const digest = await invite(hourMs, 3);
    expect(await listing()).toMatchObject({ ring: 1 });
    await registry.enrol(agent, digest, certificate(), "pc", null);
    expect(await listing()).toMatchObject({ ring: 3, hostname: "pc", state: "enrolled" });
  });

  test("for longer than 30 days is refused", async () => {
    await expect(invite(31 * 24 * hourMs)).rejects.toMatchObject({ code: "invalid-input" });
  });
});

describe("renewal", () => {
  test("adds a certificate; the one that was shown stays good", async () => {
    const first = await enrol();
    const second = certificate();
    await registry.renew(agent, first, second, null);
    expect((await standing())?.admitted.toSorted()).toEqual([first, second.serial].sort());
    expect((await entries()).at(-1)).toEqual(["agent", agent, "agent.renewed"]);
  });

  test("is refused to a certificate that is not the registry's, or another agent's", async () => {
    const other = await enrol();
    agent += "-b";
    await enrol();
    for (const shown of ["00ff", other])
      await expect(registry.renew(agent, shown, certificate(), null)).rejects.toMatchObject({
        code: "forbidden",
      });
  });

  test("without end is refused: certificates are no agent's to multiply", async () => {
    const first = await enrol();
    const renew = () => registry.renew(agent, first, certificate(), null);
    for (let i = 1; i < 20; i++) await renew();
    await expect(renew()).rejects.toMatchObject({ code: "overloaded" });
    expect((await standing())?.admitted).toHaveLength(20);
    nowEpochMs += hourMs;
    await renew();
  });

  test("is granted to an agent whose certificate was made by hand, as long as it never enrolled", async () => {
    await registry.renew(agent, "00ff", certificate(), null);
    expect(await listing()).toMatchObject({ state: "unlisted" });
    expect(await standing()).toBeUndefined();
  });
});

describe("revocation", () => {
  test("ends certificates and tokens, with who and why; a later enrolment is good, the old ones are not", async () => {
    const first = await enrol();
    const open = await invite();
    await registry.revoke(agent, why);
    expect(await standing()).toEqual({ agent, admitted: [], refused: [first] });
    expect(await listing()).toMatchObject({ state: "revoked", certificateEndsAtEpochMs: null });
    await expect(registry.agentOfToken(open)).rejects.toMatchObject(problem("token-expired"));
    await expect(registry.renew(agent, first, certificate(), null)).rejects.toMatchObject({
      code: "forbidden",
    });
    expect((await entries()).at(-1)).toEqual(["operator", "ola", "agent.revoked"]);
    const entry = await prisma.auditEntry.findFirstOrThrow({
      where: { subject: `agent/${agent}`, action: "agent.revoked" },
    });
    expect(JSON.parse(Buffer.from(entry.bytes).toString())).toMatchObject({
      ...{
        commitments: { reason: expect.any(String) },
        before: { state: "enrolled" },
        after: { state: "revoked" },
      },
    });
    nowEpochMs += 1;
    const second = await enrol();
    expect(await standing()).toEqual({ agent, admitted: [second], refused: [first] });
    expect(await listing()).toMatchObject({ state: "enrolled" });
  });

  test("beats a renewal, whichever of the two comes first", async () => {
    for (let round = 0; round < 5; round++) {
      agent = `gate-${agents}-${round}`;
      const first = await enrol();
      await Promise.allSettled([
        registry.renew(agent, first, certificate(), null),
        registry.revoke(agent, why),
        registry.renew(agent, first, certificate(), null),
      ]);
      expect((await standing())?.admitted).toEqual([]);
    }
  });

  test("of an unknown agent is refused, unless it is meant", async () => {
    await expect(registry.revoke(agent, why)).rejects.toMatchObject({ code: "not-found" });
    await registry.revoke(agent, why, true);
    expect(await standing()).toEqual({ agent, admitted: [], refused: [] });
    await expect(registry.revoke(agent, why)).rejects.toMatchObject({ code: "conflict" });
  });
});

test("a machine that enrols takes the place of the one before", async () => {
  const first = await enrol();
  const second = await enrol();
  expect(await standing()).toEqual({ agent, admitted: [second], refused: [first] });
});

test("what is read again is read only where something has changed, and others are told of each change", async () => {
  await enrol();
  expect(told).toBe(2);
  const { mark } = (await directory.listed(null))!;
  expect(await directory.listed(mark)).toBeNull();
  await registry.revoke(agent, why);
  expect((await directory.listed(mark))?.agents.length).toBeGreaterThan(0);
});

test("an agent whose certificate has ended is shown as such", async () => {
  await enrol();
  nowEpochMs += 721 * hourMs;
  expect(await listing()).toMatchObject({ state: "expired" });
});
