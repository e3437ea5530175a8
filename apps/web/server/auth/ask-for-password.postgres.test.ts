import { request } from "node:http";
import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const { password } = adminSignIn;
const eve = { email: "eve@console.test", password: "a long enough password" };

let site: TestConsole;
let adminId: string;
/** A session of the admin's that somebody else has; another one for each test. */
let stolen: string;
/** Entries that stood before a test. */
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
});
beforeEach(async () => {
  ({ cookie: stolen } = await signIn(site.console.origin));
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

async function post(path: string, body: object, cookie = stolen) {
  const response = await fetch(`${site.console.origin}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });
  return response.status;
}

/** What was refused since, as `<verb> <why>`. */
async function refused() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows
    .map(({ bytes }) => readEntry(bytes))
    .filter(({ action, actor }) => action === "act.refused" && actor.id === adminId)
    .map(({ subject, facts }) => `${subject} ${facts.why}`);
}

const people = () =>
  Promise.all([
    site.prisma.user.findMany({ omit: { updatedAt: true }, orderBy: { id: "asc" } }),
    site.prisma.account.findMany({ select: { password: true }, orderBy: { id: "asc" } }),
    site.prisma.twoFactor.count(),
  ]);

test("whoever has an admin's session alone makes no admin, sets no password and gives no role", async () => {
  const stood = await people();
  const acts: [string, object][] = [
    ["create-user", { ...eve, name: "Eve", role: "admin" }],
    ["set-user-password", { userId: adminId, newPassword: eve.password }],
    ["set-role", { userId: adminId, role: "viewer" }],
    ["update-user", { userId: adminId, data: { email: eve.email } }],
    ["ban-user", { userId: adminId }],
    ["remove-user", { userId: adminId }],
    ["revoke-user-sessions", { userId: adminId }],
  ];
  for (const [path, body] of acts) {
    expect(await post(`admin/${path}`, body), path).toBe(403);
    expect(await post(`admin/${path}`, { ...body, actorPassword: 1 }), path).toBe(403);
  }
  expect(await refused()).toEqual([]);
  for (const [path, body] of acts.slice(2)) {
    expect(await post(`admin/${path}`, { ...body, actorPassword: eve.password }), path).toBe(403);
  }
  expect(await refused()).toEqual(acts.slice(2).map(([path]) => `verb/admin/${path} wrong`));
  const [path, body] = acts[0] ?? ["", {}];
  expect(await post(`admin/${path}`, { ...body, actorPassword: password })).toBe(429);
  expect((await refused()).at(-1)).toBe("verb/admin/create-user locked");
  expect(await people()).toEqual(stood);
});

test("by the password an admin acts, but sets no own one: that is changed by the old one", async () => {
  const actorPassword = password;
  expect(await post("admin/create-user", { ...eve, name: "Eve", actorPassword })).toBe(200);
  const { id: userId } = await site.prisma.user.findFirstOrThrow({ where: { email: eve.email } });
  const newPassword = "another long password";
  expect(await post("admin/set-user-password", { userId, newPassword, actorPassword })).toBe(200);
  const stood = await people();
  for (const own of [adminId, [adminId]])
    expect(await post("admin/set-user-password", { userId: own, newPassword, actorPassword })).toBe(403);
  expect(await people()).toEqual(stood);
});

test("nor does an admin give himself another role, or lock himself out, by these paths", async () => {
  const stood = await people();
  const own = { userId: adminId, actorPassword: password };
  expect(await post("admin/set-role", { ...own, role: "viewer" })).toBe(403);
  expect(await post("admin/set-role", { ...own, userId: [adminId], role: "viewer" })).toBe(403);
  expect(await post("admin/update-user", { ...own, data: { role: "viewer" } })).toBe(403);
  expect(await post("admin/update-user", { ...own, data: { banned: true } })).toBe(403);
  expect(await people()).toEqual(stood);
  const { id: userId } = await site.prisma.user.findFirstOrThrow({ where: { email: eve.email } });
  expect(await post("admin/set-role", { userId, role: "operator", actorPassword: password })).toBe(200);
});

test("wrong passwords count together, wherever a session tries them, and leave the person's other session alone", async () => {
  const wrong = "not the password";
  const stood = await people();
  const tries: [string, object][] = [
    ["change-password", { currentPassword: wrong, newPassword: eve.password }],
    ["two-factor/enable", { password: wrong }],
    ["two-factor/disable", { password: wrong }],
    ["two-factor/get-totp-uri", { password: wrong }],
    ["two-factor/generate-backup-codes", { password: wrong }],
  ];
  for (const [path, body] of tries) expect(await post(path, body), path).toBe(403);
  const told = tries.map(([path]) => `verb/${path} wrong`);
  expect(await refused()).toEqual(told);
  expect(await post("two-factor/enable", { password })).toBe(429);
  expect(await refused()).toEqual([...told, "verb/two-factor/enable locked"]);
  expect(await people()).toEqual(stood);
  const { cookie: own } = await signIn(site.console.origin);
  expect(await post("two-factor/enable", { password }, own)).toBe(200);
});

test("nothing tells a right password from a wrong one, however the path is written", async () => {
  const { port } = site.console;
  const paths = [
    "verify-password",
    "verify-password/",
    "/verify-password",
    "verify-passwor%64",
    "./verify-password",
  ];
  for (const path of paths) {
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host: "127.0.0.1", port, method: "POST", path: `/api/auth/${path}` },
          headers: { "content-type": "application/json", origin: site.console.origin, cookie: stolen },
        },
        (response) => resolve(response.resume().statusCode),
      );
      asked.on("error", reject).end(JSON.stringify({ password }));
    });
    expect(status, path).toBe(404);
  }
});

test("a password that cannot be checked is no wrong one", async () => {
  const rename = () =>
    post("admin/update-user", { userId: adminId, data: { name: "Ada" }, actorPassword: password });
  await site.prisma.$executeRaw`ALTER TABLE account RENAME TO account_away`;
  try {
    for (let tries = 0; tries < 6; tries++) expect(await rename()).toBe(503);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE account_away RENAME TO account`;
  }
  expect(await rename()).toBe(200);
  expect(await refused()).toEqual([]);
});

test("a wrong password that cannot be written down counts all the same, and its act is not done", async () => {
  const rename = (actorPassword: string) =>
    post("admin/update-user", { userId: adminId, data: { name: "Eve" }, actorPassword });
  const stood = await people();
  await site.prisma.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
  try {
    for (let tries = 0; tries < 6; tries++) expect(await rename("not the password")).toBe(503);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect(await rename(password)).toBe(429);
  expect(await refused()).toEqual(["verb/admin/update-user locked"]);
  expect(await people()).toEqual(stood);
});
