import { request } from "node:http";
import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const { password } = adminSignIn;
const eve = { email: "eve@console.test", password: "a long enough password" };

let site: TestConsole;
let adminId: string;
let eveId: string;
/** A session of the admin's that somebody else has; another one for each test. */
let stolen: string;
/** Entries that stood before a test. */
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
  eveId = await addPerson(site.prisma, { ...eve, name: "Eve", role: "viewer" });
});
beforeEach(async () => {
  ({ cookie: stolen } = await signIn(site.console.origin));
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

const post = (path: string, body: object, cookie = stolen) => ask(`auth/${path}`, body, cookie);

/** What changes nothing, and asks for the password. */
const enable = (given: string) =>
  ask("trpc/people.enable", { id: eveId, reason: "a test", password: given }, stolen);

async function ask(path: string, body: object, cookie: string) {
  const response = await fetch(`${site.console.origin}/api/${path}`, {
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

/** A path as it is written, which `fetch` would tidy up. */
const postRaw = (path: string, body: object) =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: "127.0.0.1", port: site.console.port, method: "POST", path: `/api/auth/${path}` },
        headers: { "content-type": "application/json", origin: site.console.origin, cookie: stolen },
      },
      (response) => resolve(response.resume().statusCode),
    );
    asked.on("error", reject).end(JSON.stringify(body));
  });

test("people are changed by procedures alone, which ask why: better-auth's own paths are not there, with any password", async () => {
  const stood = await people();
  const own = { userId: adminId, actorPassword: password };
  const acts: [string, object][] = [
    ["create-user", { ...eve, name: "Eve", role: "admin", actorPassword: password }],
    ["set-user-password", { ...own, newPassword: eve.password }],
    ["set-role", { ...own, role: "viewer" }],
    ["update-user", { ...own, data: { email: eve.email } }],
    ["ban-user", own],
    ["remove-user", own],
    ["revoke-user-sessions", own],
    ["impersonate-user", own],
  ];
  for (const [path, body] of acts) expect(await post(`admin/${path}`, body), path).toBe(404);
  const [path, body] = acts[0] ?? ["", {}];
  for (const written of [
    `/admin/${path}`,
    `admin/${path}/`,
    `%61dmin/${path}`,
    `./admin/${path}`,
    `Admin/${path}`,
  ])
    expect(await postRaw(written, body), written).toBe(404);
  for (const read of ["list-users", `get-user?id=${adminId}`]) {
    const headers = { cookie: stolen };
    expect((await fetch(`${site.console.origin}/api/auth/admin/${read}`, { headers })).status).toBe(404);
  }
  expect(await people()).toEqual(stood);
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
  const paths = [
    "verify-password",
    "verify-password/",
    "/verify-password",
    "verify-passwor%64",
    "./verify-password",
  ];
  for (const path of paths) expect(await postRaw(path, { password }), path).toBe(404);
});

test("a password that cannot be checked is no wrong one", async () => {
  const act = () => enable(password);
  await site.prisma.$executeRaw`ALTER TABLE account RENAME TO account_away`;
  try {
    for (let tries = 0; tries < 6; tries++) expect(await act()).toBe(503);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE account_away RENAME TO account`;
  }
  expect(await act()).toBe(200);
  expect(await refused()).toEqual([]);
});

test("a wrong password that cannot be written down counts all the same, and its act is not done", async () => {
  const stood = await people();
  await site.prisma.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
  try {
    for (let tries = 0; tries < 6; tries++) expect(await enable("not the password")).toBe(503);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect(await enable(password)).toBe(429);
  expect(await refused()).toEqual(["verb/people.enable locked"]);
  expect(await people()).toEqual(stood);
});
