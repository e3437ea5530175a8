import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { YouView } from "../../contracts/people.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let site: TestConsole;
let adminId: string;
let here: string;
/** Entries that stood before a test. */
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
});
beforeEach(async () => {
  await site.prisma.session.deleteMany();
  ({ cookie: here } = await signIn(site.console.origin));
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

async function you(cookie = here): Promise<YouView> {
  const response = await fetch(`${site.console.origin}/api/trpc/you.show`, { headers: { cookie } });
  expect(response.status).toBe(200);
  const { result } = (await response.json()) as { result: { data: YouView } };
  return result.data;
}

async function act(procedure: string, input?: object, cookie = here) {
  const response = await fetch(`${site.console.origin}/api/trpc/${procedure}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    ...(input === undefined ? {} : { body: JSON.stringify(input) }),
  });
  const { result } = (await response.json()) as { result?: { data: unknown } };
  return { status: response.status, data: result?.data };
}

const opens = async (cookie: string) =>
  (await fetch(`${site.console.origin}/api/trpc/kpi.live`, { headers: { cookie } })).status;

async function written() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => readEntry(bytes));
}

test("one sees one's own sessions, the newest first, and which one is this", async () => {
  const { cookie: other } = await signIn(site.console.origin);
  const shown = await you();
  expect(shown).toMatchObject({ email: adminSignIn.email, role: "admin", secondFactor: false });
  expect(shown.sessions).toHaveLength(2);
  expect(shown.sessions.map(({ id }) => id).indexOf(shown.sessionId)).toBe(1);
  expect((await you(other)).sessionId).toBe(shown.sessions[0]?.id);
  expect(shown.sessions[0]?.address).toMatch(/127\.0\.0\.1/);
  expect(JSON.stringify(shown)).not.toContain("token");
});

test("a session that is ended opens nothing any more, and that is written down", async () => {
  const { cookie: other } = await signIn(site.console.origin);
  before += 1;
  const { sessionId: id } = await you(other);
  expect(await act("you.endSession", { id })).toEqual({ status: 200, data: true });
  expect([await opens(other), await opens(here)]).toEqual([401, 200]);
  expect(await act("you.endSession", { id })).toEqual({ status: 200, data: false });
  expect(await written()).toMatchObject([
    {
      ...{ actor: { kind: "operator", id: adminId }, action: "session.ended", subject: `user/${adminId}` },
      facts: { by: "you.endSession", session: id },
    },
  ]);
});

test("all others end at once, also where that waits longer than Prisma lets a transaction last, and this one stays", async () => {
  const others = await Promise.all([1, 2].map(async () => (await signIn(site.console.origin)).cookie));
  let ending: ReturnType<typeof act> | undefined;
  await site.prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT id FROM "user" WHERE id = ${adminId} FOR UPDATE`;
      ending = act("you.endOtherSessions");
      await new Promise((resolve) => setTimeout(resolve, 6_000));
    },
    { timeout: 60_000 },
  );
  expect(await ending).toEqual({ status: 200, data: 2 });
  expect(await Promise.all([here, ...others].map(opens))).toEqual([200, 401, 401]);
}, 120_000);

test("nobody ends a session of somebody else", async () => {
  const eve = { email: "eve@console.test", password: "nine green kettles sing" };
  await addPerson(site.prisma, { ...eve, name: "Eve", role: "viewer" });
  const { cookie: hers } = await signIn(site.console.origin, eve);
  const { sessionId: id } = await you();
  expect(await act("you.endSession", { id }, hers)).toEqual({ status: 200, data: false });
  expect(await act("you.endOtherSessions", undefined, hers)).toEqual({ status: 200, data: 0 });
  expect(await opens(here)).toBe(200);
});

const posted = (body: object) => ({
  method: "POST",
  headers: { "content-type": "application/json", origin: site.console.origin, cookie: here },
  body: JSON.stringify(body),
});

test("a password that would be guessed is not taken, wherever it is set", async () => {
  const auth = `${site.console.origin}/api/auth`;
  const hashes = () => site.prisma.account.findMany({ select: { password: true }, orderBy: { id: "asc" } });
  const stood = await hashes();
  const weak = "First.Console.First";
  const currentPassword = adminSignIn.password;
  const own = await fetch(`${auth}/change-password`, posted({ currentPassword, newPassword: weak }));
  expect([own.status, await own.json()]).toMatchObject([
    400,
    { code: "WEAK_PASSWORD", message: /your name, your address/ },
  ]);
  const eve = await site.prisma.user.findUniqueOrThrow({ where: { email: "eve@console.test" } });
  const set = {
    id: eve.id,
    newPassword: "qwertyuiop123456789",
    reason: "forgot it",
    password: currentPassword,
  };
  expect((await act("people.setPassword", set)).status).toBe(400);
  expect(await hashes()).toEqual(stood);
});
