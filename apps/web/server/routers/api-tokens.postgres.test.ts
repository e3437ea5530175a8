import { createHash } from "node:crypto";
import { readEntry } from "@tapline/core/audit";
import { io } from "socket.io-client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ApiTokenView } from "../../contracts/api-tokens.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const { password } = adminSignIn;

let site: TestConsole;
let admin: string;
let adminId: string;
/** Entries that stood before a test. */
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
  ({ cookie: admin } = await signIn(site.console.origin));
});
beforeEach(async () => {
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

const cookieOf = () => ({ cookie: admin, origin: site.console.origin });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function act(procedure: string, input: object, headers: Record<string, string> = cookieOf()) {
  const response = await fetch(`${site.console.origin}/api/trpc/${procedure}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(input),
  });
  const { result } = (await response.json()) as { result?: { data: Record<string, unknown> } };
  return { status: response.status, data: result?.data };
}

const ask = (procedure: string, headers: Record<string, string>) =>
  fetch(`${site.console.origin}/api/trpc/${procedure}`, { headers });

async function tokens(): Promise<ApiTokenView[]> {
  const response = await ask("apiTokens.list", cookieOf());
  return ((await response.json()) as { result: { data: ApiTokenView[] } }).result.data;
}

const wish = { name: "shift report", role: "viewer", ttlMs: 3_600_000, reason: "reports", password };

async function made(given: object = {}): Promise<{ id: string; token: string }> {
  const { status, data } = await act("apiTokens.create", { ...wish, ...given });
  expect(status).toBe(200);
  return { id: String(data?.id), token: String(data?.token) };
}

async function written() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => readEntry(bytes));
}

test("a token asks what its role may, and is known by its digest alone", async () => {
  const { id, token } = await made();
  expect(token).toMatch(/^tapline_[\w-]{43}$/);
  expect((await ask("kpi.live", bearer(token))).status).toBe(200);
  const [row] = await site.prisma.apiToken.findMany();
  expect(JSON.stringify(row)).not.toContain(token.slice(8));
  expect(await tokens()).toMatchObject([
    { id, name: "shift report", role: "viewer", createdBy: "Administrator", revokedAtEpochMs: null },
  ]);
  expect(Math.abs(Number((await tokens())[0]?.lastUsedAtEpochMs) - Date.now())).toBeLessThan(60_000);
  expect(await written()).toMatchObject([
    { action: "api-token.created", actor: { id: adminId }, subject: `api-token/${id}` },
  ]);
});

test("a token opens nothing any more once its maker does not see the whole as an admin, also where nothing ended it", async () => {
  const { token } = await made();
  const maker = { where: { id: adminId } };
  const statusWith = async (data: object) => {
    await site.prisma.user.update({ ...maker, data });
    return (await ask("kpi.live", bearer(token))).status;
  };
  try {
    expect(await statusWith({})).toBe(200);
    expect(await statusWith({ role: "operator" })).toBe(401);
    expect(await statusWith({ scope: "sites", sites: ["north"] })).toBe(401);
    expect(await statusWith({ role: "admin", scope: "whole", sites: [], banned: true })).toBe(401);
  } finally {
    expect(await statusWith({ role: "admin", scope: "whole", sites: [], banned: false })).toBe(200);
  }
});

test("a token for some sites reaches what is of these and nothing else, and no console that knows of no such thing takes it", async () => {
  const enrolledAt = new Date();
  const agents = ["north", "south"].map((place) => ({ id: `${place}-1`, site: place, enrolledAt }));
  await site.prisma.agent.createMany({ data: agents });
  const { id, token } = await made({ sites: ["north", "north"] });
  const listed = await ask("agentBoard.list", bearer(token));
  expect(await listed.json()).toMatchObject({ result: { data: [{ id: "north-1" }] } });
  const statusOf = async (name: string) =>
    (await ask(`agentBoard.detail?input=${encodeURIComponent(JSON.stringify({ id: name }))}`, bearer(token)))
      .status;
  expect([await statusOf("north-1"), await statusOf("south-1"), await statusOf("none-1")]).toEqual([
    ...[200, 404, 404],
  ]);
  for (const closed of ["kpi.live", "archiveBoard.segments", "apiTokens.list"])
    expect([closed, (await ask(closed, bearer(token))).status]).toEqual([closed, 403]);
  expect((await tokens()).find((one) => one.id === id)?.sites).toEqual(["north"]);
  expect((await written())[0]?.facts).toMatchObject({ scope: "sites", sites: "north" });
  const digest = createHash("sha256").update(token).digest();
  expect(await site.prisma.apiToken.count({ where: { digest } })).toBe(0);
  await expect(site.prisma.apiToken.update({ where: { id }, data: { scope: "whole" } })).rejects.toThrow();
});

test("without its password nobody makes one, and no token is an admin", async () => {
  expect((await act("apiTokens.create", { ...wish, password: "not the password" })).status).toBe(403);
  expect((await act("apiTokens.create", { ...wish, role: "admin" })).status).toBe(400);
  for (const sites of [[], ["No Such"], "north"])
    expect((await act("apiTokens.create", { ...wish, sites })).status).toBe(400);
});

test("one that was revoked, has ended, or was made up opens nothing", async () => {
  const [revoked, ended] = [await made(), await made()];
  expect((await act("apiTokens.revoke", { id: revoked.id, reason: "leaked" })).status).toBe(200);
  expect((await act("apiTokens.revoke", { id: revoked.id, reason: "leaked" })).status).toBe(409);
  const past = new Date(Date.now() - 1);
  await site.prisma.apiToken.update({ where: { id: ended.id }, data: { expiresAt: past } });
  const madeUp = `tapline_${"a".repeat(43)}`;
  for (const token of [revoked.token, ended.token, madeUp, "x"])
    expect((await ask("kpi.live", bearer(token))).status).toBe(401);
  expect((await written()).at(-1)).toMatchObject({
    action: "api-token.revoked",
    subject: `api-token/${revoked.id}`,
  });
});

test("a viewer's token acts on nothing, which is written down as the token's; no token does what people do of themselves", async () => {
  const { id, token } = await made();
  const operators = await made({ role: "operator" });
  before = await site.prisma.auditEntry.count();
  const acked = { id: "019abc00-0000-7000-8000-000000000000", seenRev: 1, note: null };
  expect((await act("alerts.acknowledge", acked, bearer(token))).status).not.toBe(200);
  expect((await act("alertMaintenance.end", { id: 1, reason: "x" }, bearer(token))).status).toBe(403);
  expect((await act("apiTokens.create", wish, bearer(operators.token))).status).toBe(403);
  expect((await act("you.endOtherSessions", {}, bearer(operators.token))).status).toBe(403);
  expect((await ask("you.show", bearer(token))).status).toBe(403);
  expect((await act("handover.submit", { note: "by a program" }, bearer(operators.token))).status).toBe(403);
  expect(await site.prisma.shiftHandover.count()).toBe(0);
  const refusals = (await written()).filter(({ action }) => action === "act.refused");
  expect(refusals.map(({ actor, subject }) => `${actor.id} ${subject}`)).toEqual(
    expect.arrayContaining([
      `token/${id} verb/alertMaintenance.end`,
      `token/${operators.id} verb/apiTokens.create`,
    ]),
  );
});

test("what an admin gave out ends once he is one no more, however he ceases to be", async () => {
  const kim = { email: "kim@console.test", password: "nine green kettles sing" };
  const invitation = async (secret: string) =>
    (
      await fetch(`${site.console.origin}/api/auth/invitation/read`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: site.console.origin },
        body: JSON.stringify({ secret }),
      })
    ).status;
  const id = await addPerson(site.prisma, { ...kim, name: "Kim", role: "admin" });
  const guest = { email: "back@console.test", name: "Back", role: "admin", reason: "a way back" };
  const ways: [name: string, leave: () => Promise<number>, back: () => Promise<unknown>][] = [
    [
      "by role",
      async () => {
        const wish = { id, seen: "admin", role: "viewer", reason: "changes team", password };
        return (await act("people.setRole", wish)).status;
      },
      () => site.prisma.user.update({ where: { id }, data: { role: "admin" } }),
    ],
    [
      "disabled",
      async () => (await act("people.disable", { id, reason: "left us", password })).status,
      () => site.prisma.user.update({ where: { id }, data: { banned: false } }),
    ],
    [
      "removed",
      async () => (await act("people.remove", { id, reason: "left us", password })).status,
      async () => undefined,
    ],
  ];
  const { token: others } = await made();
  for (const [name, leave, back] of ways) {
    const { cookie } = await signIn(site.console.origin, kim);
    const kims = { cookie, origin: site.console.origin };
    const guarded = { password: kim.password };
    const given = await act("apiTokens.create", { ...wish, ...guarded }, kims);
    const invited = await act("people.invite", { ...guest, ...guarded }, kims);
    const [token, secret] = [String(given.data?.token), String(invited.data?.secret)];
    expect((await ask("kpi.live", bearer(token))).status, name).toBe(200);
    expect(await invitation(secret), name).toBe(200);
    expect(await leave(), name).toBe(200);
    expect((await ask("kpi.live", bearer(token))).status, name).toBe(401);
    expect(await invitation(secret), name).toBe(404);
    const ended = (await written()).filter(({ facts }) => facts.why === "maker-no-admin");
    expect(ended.slice(-2), name).toMatchObject([
      { action: "api-token.revoked", actor: { id: adminId }, subject: `api-token/${given.data?.id}` },
      { action: "user.invitation-withdrawn", subject: `invitation/${invited.data?.id}` },
    ]);
    await back();
  }
  expect((await ask("kpi.live", bearer(others))).status).toBe(200);
});

test("a token opens no page, no socket and nothing of sign-in", async () => {
  const { token } = await made({ role: "operator" });
  const page = await fetch(site.console.origin, { headers: bearer(token), redirect: "manual" });
  expect(page.status).toBe(303);
  const session = await fetch(`${site.console.origin}/api/auth/get-session`, { headers: bearer(token) });
  expect(await session.json()).toBeNull();
  const socket = io(site.console.origin, {
    ...{ transports: ["websocket"], extraHeaders: bearer(token), reconnection: false },
  });
  const refused = await new Promise((resolve) =>
    socket.once("connect_error", (error) => resolve(error.message)),
  );
  expect(refused).toBe("unauthenticated");
  socket.disconnect();
});

test("a token that asks without end is held back", async () => {
  const { token } = await made();
  const statuses: number[] = [];
  // Over two minutes at most, of which one has more than it may.
  for (let calls = 0; calls < 620 && !statuses.includes(429); calls++)
    statuses.push((await ask("push.state", bearer(token))).status);
  expect(statuses).toContain(429);
});
