import { generateKeyPairSync, randomBytes } from "node:crypto";
import { pinOf, readToken } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRootCertificate } from "../../test-site/root-certificate.fixture.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;
let rootPem: string;
const { password } = adminSignIn;

beforeAll(async () => {
  rootPem = makeRootCertificate();
  running = await startTestConsole({ ingestRootPem: rootPem });
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
});
afterAll(() => running.stop());

async function call(procedure: string, input?: unknown, headers: Record<string, string> = { cookie }) {
  const { origin } = running.console;
  const isQuery = procedure.endsWith(".list");
  const response = await fetch(`${origin}/api/trpc/${procedure}`, {
    headers: { ...headers, origin, "content-type": "application/json" },
    ...(isQuery ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as { result?: { data: unknown } };
  return { status: response.status, data: body.result?.data };
}

const traceId = "0af7651916cd43dd8448eb211c80319c";

const auditOf = async (subject: string) => {
  const rows = await running.prisma.auditEntry.findMany({
    where: { subject },
    orderBy: { recordedAt: "asc" },
    include: { erasable: true },
  });
  return rows.map(({ bytes, erasable }) => ({
    ...JSON.parse(Buffer.from(bytes).toString()),
    ...Object.fromEntries(erasable.map(({ field, value }) => [field, value])),
  }));
};

test("an admin invites an agent and revokes it; the audit log says who and why", async () => {
  const made = await call("agent.createToken", { id: "desk-1", reason: "new PC" });
  expect(made.status).toBe(200);
  expect(readToken((made.data as { token: string }).token).pin).toEqual(pinOf(rootPem));
  expect((await call("agent.list")).data).toMatchObject([{ id: "desk-1", state: "invited" }]);
  const traced = { cookie, traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  expect((await call("agent.revoke", { id: "desk-1", reason: "stolen", password }, traced)).status).toBe(200);
  expect((await call("agent.revoke", { id: "desk-1", reason: "stolen", password })).status).toBe(409);
  expect((await call("agent.revoke", { id: "desk-2", reason: "stolen", password })).status).toBe(404);
  const { id } = await running.prisma.user.findFirstOrThrow();
  const actor = { kind: "operator", id };
  expect(await auditOf("agent/desk-1")).toMatchObject([
    { actor, action: "agent.token-created", reason: "new PC", traceId: null },
    { actor, action: "agent.revoked", reason: "stolen", traceId },
  ]);
});

test("an admin enrols a tracker and revokes it", async () => {
  const id = randomBytes(8).toString("hex");
  const key = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
  const publicKey = key.subarray(-32).toString("hex");
  expect((await call("tracker.enrol", { id, publicKey, reason: "sold" })).status).toBe(200);
  expect((await call("tracker.enrol", { id, publicKey, reason: "sold" })).status).toBe(409);
  expect((await call("tracker.revoke", { id, reason: "lost" })).status).toBe(200);
  expect((await call("tracker.list")).data).toMatchObject([{ id, revokedAtEpochMs: expect.any(Number) }]);
  expect(await auditOf(`tracker/${id}`)).toMatchObject([{ reason: "sold" }, { reason: "lost" }]);
});

test("nothing is changed without a reason, by a viewer, or by nobody", async () => {
  const changes = [
    ["agent.createToken", { id: "desk-9" }],
    ["agent.revoke", { id: "desk-9", unlisted: true, password }],
    ["tracker.enrol", { id: "0".repeat(16), publicKey: "0".repeat(64) }],
    ["tracker.revoke", { id: "0".repeat(16) }],
  ] as const;
  for (const [procedure, input] of changes) {
    expect((await call(procedure, { ...input, reason: " " })).status, procedure).toBe(400);
    expect((await call(procedure, { ...input, reason: "x" }, {})).status, procedure).toBe(401);
  }
  await setRole(running.prisma, adminSignIn.email, "viewer");
  for (const [procedure, input] of changes)
    expect((await call(procedure, { ...input, reason: "x" })).status, procedure).toBe(403);
  expect((await call("agent.list")).status).toBe(200);
  await setRole(running.prisma, adminSignIn.email, "admin");
  expect(await auditOf("agent/desk-9")).toEqual([]);
  expect(await auditOf("verb/agent.revoke")).toMatchObject([
    { action: "act.refused", actor: { kind: "operator" }, facts: { needs: "admin", has: "viewer" } },
  ]);
});

test("revoking asks for the password anew; each wrong one is written down, and too many end the trying from that session", async () => {
  await call("agent.createToken", { id: "desk-3", reason: "new PC" });
  const { cookie: stolen } = await signIn(running.console.origin);
  const revoke = (given: string, by: string) =>
    call("agent.revoke", { id: "desk-3", reason: "stolen", password: given }, { cookie: by });
  expect((await call("agent.revoke", { id: "desk-3", reason: "stolen" })).status).toBe(400);
  for (let tries = 0; tries < 5; tries++) expect((await revoke("not the password", stolen)).status).toBe(403);
  expect((await revoke(password, stolen)).status).toBe(429);
  expect((await call("agent.list")).data).toMatchObject([{}, { id: "desk-3", state: "invited" }]);
  const told = (await auditOf("verb/agent.revoke")).filter(({ facts }) => facts.needs === "password");
  expect(told.map(({ action, facts }) => `${action} ${facts.why}`)).toEqual([
    ...Array.from({ length: 5 }, () => "act.refused wrong"),
    "act.refused locked",
  ]);
  expect((await revoke(password, cookie)).status).toBe(200);
});

test("a token for an agent that is known asks for the password, and without it changes nothing", async () => {
  const asked = { id: "desk-4", reason: "another PC" };
  expect((await call("agent.createToken", { ...asked, password: "wrong, but not looked at" })).status).toBe(
    200,
  );
  expect((await call("agent.revoke", { ...asked, password })).status).toBe(200);
  expect((await call("agent.createToken", asked)).status).toBe(403);
  expect((await call("agent.createToken", { ...asked, password: "not the password" })).status).toBe(403);
  const actions = async () => (await auditOf("agent/desk-4")).map(({ action }) => action);
  expect(await actions()).toEqual(["agent.token-created", "agent.revoked"]);
  expect((await call("agent.createToken", { ...asked, password })).status).toBe(200);
  expect(await actions()).toEqual(["agent.token-created", "agent.revoked", "agent.token-created"]);
});
