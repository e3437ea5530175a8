import { createHash } from "node:crypto";
import { passwordHash } from "@tapline/adapters/passwords";
import { readEntry } from "@tapline/core/audit";
import { io } from "socket.io-client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OpenInvitation, PeopleView } from "../../contracts/people.ts";
import { totp } from "../auth/totp.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const { password } = adminSignIn;
const kim = { email: "kim@console.test", password: "nine green kettles sing" };
const lea = { email: "lea@console.test", password: "seven slow lanterns fall" };

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

type Answer = {
  result?: { data: Record<string, unknown> };
  error?: { message: string; data: { tapline: { code: string } | null } };
};

async function act(procedure: string, input: object, cookie = admin) {
  const response = await fetch(`${site.console.origin}/api/trpc/${procedure}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(input),
  });
  const { result, error } = (await response.json()) as Answer;
  return { status: response.status, data: result?.data, message: error?.message };
}

async function auth(path: string, body: object, cookie = "") {
  const response = await fetch(`${site.console.origin}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function list(): Promise<PeopleView> {
  const response = await fetch(`${site.console.origin}/api/trpc/people.list`, { headers: { cookie: admin } });
  return ((await response.json()) as { result: { data: PeopleView } }).result.data;
}

const opens = async (cookie: string) =>
  (await fetch(`${site.console.origin}/api/trpc/kpi.live`, { headers: { cookie } })).status;

async function written() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => {
    // Ids are all that an entry may hold of a person.
    expect(Buffer.from(bytes).toString("utf8")).not.toMatch(/@|console\.test/);
    return readEntry(bytes);
  });
}

const invitation = { ...{ email: kim.email, name: "Kim", role: "operator" }, reason: "joins us", password };

async function secretOf(input: object = invitation): Promise<string> {
  const made = await act("people.invite", input);
  expect(made.status).toBe(200);
  return String(made.data?.secret);
}

const idOf = async (email: string) => (await site.prisma.user.findUniqueOrThrow({ where: { email } })).id;

test("an invitation makes its person once, with the role that it names", async () => {
  const secret = await secretOf();
  expect((await list()).invitations).toMatchObject([{ name: "Kim", email: kim.email, role: "operator" }]);
  const read = await auth("invitation/read", { secret });
  expect(read.body).toEqual({
    ...{ name: "Kim", email: kim.email, role: "operator", siteName: "Test site" },
  } satisfies OpenInvitation);
  const weak = await auth("invitation/accept", { secret, name: "Kim", password: "kim.console.kimkim" });
  expect([weak.status, weak.body.code]).toEqual([400, "WEAK_PASSWORD"]);
  const accept = () => auth("invitation/accept", { secret, name: "Kim Ota", password: kim.password });
  const both = await Promise.all([accept(), accept()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  expect((await auth("invitation/read", { secret })).status).toBe(404);
  const { cookie } = await signIn(site.console.origin, kim);
  expect(await opens(cookie)).toBe(200);
  const id = await idOf(kim.email);
  expect((await written()).slice(0, 2)).toMatchObject([
    { action: "user.invited", actor: { id: adminId }, facts: { role: "operator" } },
    { action: "user.created", actor: { id }, subject: `user/${id}`, after: { role: "operator" } },
  ]);
  const person = (await list()).people.find(({ email }) => email === kim.email);
  expect(person).toMatchObject({ name: "Kim Ota", disabled: false, secondFactor: false });
  expect(person?.sessions).toHaveLength(1);
  expect(Math.abs(Number(person?.lastSignInEpochMs) - Date.now())).toBeLessThan(60_000);
  expect((await act("people.invite", invitation)).status).toBe(409);
});

test("who was invited to some sites sees these from the first moment; admins are invited to the whole", async () => {
  const mia = { ...invitation, email: "mia@console.test", sites: ["south", "north"] };
  expect((await act("people.invite", { ...mia, role: "admin" })).status).toBe(400);
  const secret = await secretOf(mia);
  const { invitations, sites } = await list();
  expect(invitations.find(({ email }) => email === mia.email)?.sites).toEqual(["north", "south"]);
  expect(sites).toEqual(expect.arrayContaining(["north", "south"]));
  // A console that knows of no sites does not know the invitation either, also as its holder may write it otherwise.
  for (const text of [secret, `sites:${secret}`, `sites ${secret}`]) {
    const digest = createHash("sha256").update(text).digest();
    expect([text, await site.prisma.invitation.count({ where: { digest } })]).toEqual([text, 0]);
  }
  const given = { secret, name: "Mia", password: kim.password };
  expect((await auth("invitation/accept", given)).status).toBe(200);
  const row = { where: { email: mia.email }, select: { role: true, scope: true, sites: true } };
  expect(await site.prisma.user.findUniqueOrThrow(row)).toEqual({
    ...{ role: "operator", scope: "sites", sites: ["north", "south"] },
  });
  expect((await written()).find(({ action }) => action === "user.created")).toMatchObject({
    after: { role: "operator", scope: "sites", sites: "north south" },
  });
});

test("an invitation that ended, was withdrawn or followed by another one makes nobody", async () => {
  const asLea = { ...invitation, email: lea.email, name: "Lea", role: "viewer" };
  const first = await secretOf(asLea);
  const second = await secretOf(asLea);
  const [open] = (await list()).invitations;
  expect(await act("people.withdrawInvitation", { id: open?.id, reason: "not yet" })).toMatchObject({
    status: 200,
  });
  expect((await act("people.withdrawInvitation", { id: open?.id, reason: "not yet" })).status).toBe(409);
  const third = await secretOf(asLea);
  await site.prisma.invitation.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
  for (const secret of [first, second, third, "made-up"]) {
    const accepted = await auth("invitation/accept", { secret, name: "Lea", password: lea.password });
    expect(accepted).toMatchObject({ status: 404, body: { code: "NO_INVITATION" } });
  }
  expect((await list()).invitations).toEqual([]);
  expect((await written()).map(({ action }) => action)).toEqual([
    ...["user.invited", "user.invited", "user.invitation-withdrawn", "user.invited"],
  ]);
});

test("a role is changed for a reason, the person's pages come anew, and whoever has seen another role is told", async () => {
  const { cookie } = await signIn(site.console.origin, kim);
  const socket = io(site.console.origin, {
    ...{ transports: ["websocket"], extraHeaders: { cookie }, reconnection: false },
  });
  const told = new Promise((resolve) => socket.once("roleChanged", () => resolve("told")));
  await new Promise((resolve) => socket.once("connect", () => resolve(null)));
  const id = await idOf(kim.email);
  const wish = { id, seen: "operator", role: "viewer", reason: "changes team" };
  expect((await act("people.setRole", { ...wish, password: "not the password" })).status).toBe(403);
  expect((await act("people.setRole", { ...wish, password })).status).toBe(200);
  expect(await told).toBe("told");
  socket.disconnect();
  const late = await act("people.setRole", { ...wish, role: "admin", password });
  expect(late).toMatchObject({ status: 409, message: "Kim Ota is viewer by now, not operator" });
  const changed = (await written()).find(({ action }) => action === "user.changed");
  expect(changed).toMatchObject({
    ...{ actor: { id: adminId }, subject: `user/${id}`, facts: { by: "people.setRole" } },
    ...{ before: { role: "operator" }, after: { role: "viewer" } },
  });
});

test("who is disabled is signed out and signs in no more, until he is enabled", async () => {
  const id = await idOf(kim.email);
  const { cookie } = await signIn(site.console.origin, kim);
  expect((await act("people.disable", { id, reason: "left us", password })).status).toBe(200);
  expect(await opens(cookie)).toBe(401);
  expect((await signIn(site.console.origin, kim)).response.status).toBe(403);
  expect((await list()).people.find((person) => person.id === id)).toMatchObject({
    ...{ disabled: true, sessions: [] },
  });
  expect((await act("people.enable", { id, reason: "is back", password })).status).toBe(200);
  expect((await signIn(site.console.origin, kim)).response.status).toBe(200);
  expect((await act("people.endSessions", { id, reason: "lost a phone", password })).status).toBe(200);
  expect(await site.prisma.session.count({ where: { userId: id } })).toBe(0);
});

test("a forgotten password is set anew, which signs its person out; a weak one is not taken", async () => {
  const userId = await idOf(kim.email);
  const expiresAt = new Date(Date.now() + 60_000);
  await site.prisma.session.create({ data: { id: "s", token: "t", userId, expiresAt } });
  const wish = { id: userId, reason: "forgot it", password };
  const weak = await act("people.setPassword", { ...wish, newPassword: "Kim.Console.KimKim" });
  expect([weak.status, await site.prisma.session.count({ where: { userId } })]).toEqual([400, 1]);
  const newPassword = "eleven calm rivers meet";
  expect((await act("people.setPassword", { ...wish, newPassword })).status).toBe(200);
  expect(await site.prisma.session.count({ where: { userId } })).toBe(0);
  const { password: hash } = await site.prisma.account.findFirstOrThrow({ where: { userId } });
  expect(await passwordHash.verify({ hash: hash ?? "", password: newPassword })).toBe(true);
  kim.password = newPassword;
  expect((await written()).find(({ action }) => action === "user.changed")).toMatchObject({
    ...{ actor: { id: adminId }, facts: { by: "people.setPassword", password: true } },
  });
});

test("a second factor that is lost is reset, and the browsers that were trusted by it with it", async () => {
  await site.prisma.session.deleteMany();
  ({ cookie: admin } = await signIn(site.console.origin));
  const { cookie } = await signIn(site.console.origin, kim);
  const { body } = await auth("two-factor/enable", { password: kim.password }, cookie);
  const code = totp(String(body.totpURI), Date.now());
  expect((await auth("two-factor/verify-totp", { code }, cookie)).status).toBe(200);
  const id = await idOf(kim.email);
  await site.prisma.verification.create({
    data: { id: "t", identifier: "trust-device-x", value: id, expiresAt: new Date(Date.now() + 60_000) },
  });
  expect((await act("people.resetSecondFactor", { id, reason: "lost a phone", password })).status).toBe(200);
  expect(await site.prisma.twoFactor.count({ where: { userId: id } })).toBe(0);
  expect(await site.prisma.verification.count({ where: { value: id } })).toBe(0);
  expect((await list()).people.find((person) => person.id === id)?.secondFactor).toBe(false);
});

test("nobody does it to himself, and of two admins who remove each other one stays", async () => {
  const wish = { id: adminId, reason: "to see", password };
  for (const procedure of ["disable", "resetSecondFactor", "endSessions", "remove"])
    expect((await act(`people.${procedure}`, wish)).status, procedure).toBe(403);
  const id = await idOf(kim.email);
  await site.prisma.user.update({ where: { id }, data: { role: "admin" } });
  const { cookie: kims } = await signIn(site.console.origin, kim);
  const results = await Promise.all([
    act("people.setRole", { id, seen: "admin", role: "viewer", reason: "race", password }),
    act(
      "people.setRole",
      { id: adminId, seen: "admin", role: "viewer", reason: "race", password: kim.password },
      kims,
    ),
  ]);
  expect(results.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(await site.prisma.user.count({ where: { role: "admin", banned: false } })).toBe(1);
  await site.prisma.user.update({ where: { id: adminId }, data: { role: "admin" } });
  await site.prisma.user.update({ where: { id }, data: { role: "viewer" } });
});

test("who is no admin does none of it, and each try is written down", async () => {
  await site.prisma.session.deleteMany({ where: { userId: { not: adminId } } });
  const id = await idOf(kim.email);
  await site.prisma.user.update({ where: { id }, data: { role: "operator" } });
  const session = await site.prisma.session.findFirstOrThrow({ where: { userId: adminId } });
  await site.prisma.session.update({ where: { id: session.id }, data: { userId: id } });
  before = await site.prisma.auditEntry.count();
  const onPerson = { id: adminId, reason: "by hand", password: kim.password };
  const tries: [string, object][] = [
    ["invite", { ...invitation, email: "eve@console.test", password: kim.password }],
    ["withdrawInvitation", { id: "x", reason: "by hand" }],
    ["setPassword", { ...onPerson, newPassword: "eleven calm rivers meet" }],
    ["setRole", { ...onPerson, seen: "admin", role: "viewer" }],
    ...["disable", "enable", "resetSecondFactor", "endSessions", "remove"].map((name): [string, object] => [
      name,
      onPerson,
    ]),
  ];
  for (const [name, input] of tries) expect((await act(`people.${name}`, input)).status, name).toBe(403);
  expect((await written()).map(({ action, subject }) => `${action} ${subject}`)).toEqual(
    tries.map(([name]) => `act.refused verb/people.${name}`),
  );
});
