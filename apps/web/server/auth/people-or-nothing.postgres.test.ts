import { readFileSync } from "node:fs";
import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPerson } from "../people/add-person.fixture.ts";
import { Invitations } from "../people/invitations.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { totp } from "./totp.fixture.ts";
import { house } from "./who-asks.ts";

/** Lets no transaction end that changed a person or a password and wrote no entry. */
const guard = readFileSync(
  new URL("../../../../packages/core/adapters/src/prisma/unrecorded.fixture.sql", import.meta.url),
  "utf8",
);
const traceId = "0af7651916cd43dd8448eb211c80319c";
const ola = { email: "ola@console.test", password: "a long enough password" };
const newPassword = "another long password";

let site: TestConsole;
let adminId: string;
let olaId: string;
let admin: string;
let olas: string;
/** Of somebody's invitation. */
let secret: string;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  // PostgreSQL takes several statements at once where they have no parameters.
  await site.prisma.$executeRawUnsafe(`DO $guard$ BEGIN EXECUTE $all$${guard}$all$; END $guard$`);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
  ({ cookie: admin } = await signIn(site.console.origin));
  olaId = await addPerson(site.prisma, { ...ola, name: "Ola", role: "viewer" });
  const invitations = new Invitations(site.prisma, "Test site", Date.now);
  const eve = {
    email: "eve@console.test",
    name: "Eve",
    role: "viewer",
    sites: null,
    ttlMs: 3_600_000,
  } as const;
  ({ secret } = await invitations.invite(eve, { actor: house, reason: "a test", traceId: null }));
  ({ cookie: olas } = await signIn(site.console.origin, ola));
});
afterAll(() => site.stop());

const post = (path: string, body: object, cookie = "") => ask(`auth/${path}`, body, cookie);

/** What an admin does to a person. */
const actAs = (procedure: string, wish: object = {}, id = olaId) => {
  const given = { id, reason: "a test", password: adminSignIn.password, ...wish };
  return ask(`trpc/people.${procedure}`, given, admin);
};

const ask = (path: string, body: object, cookie: string) =>
  fetch(`${site.console.origin}/api/${path}`, {
    method: "POST",
    headers: {
      ...{ "content-type": "application/json", origin: site.console.origin, cookie },
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify(body),
  });

/** All that is kept of people, but for counters. */
async function people() {
  const { user, account, session, twoFactor } = site.prisma;
  const inOrder = { orderBy: { id: "asc" } } as const;
  return Promise.all([
    user.findMany({ ...inOrder, omit: { updatedAt: true } }),
    account.findMany({ ...inOrder, select: { id: true, password: true } }),
    session.findMany({ ...inOrder, select: { id: true, userId: true } }),
    twoFactor.findMany({
      ...inOrder,
      select: { id: true, verified: true, secret: true, backupCodes: true, lockedUntil: true },
    }),
  ]);
}

async function entriesSince(count: number) {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: count,
  });
  return rows.map(({ bytes }) => readEntry(bytes));
}

/** What the log can do to an entry, and thus to the change that it tells of. */
const faults = {
  "the log refuses the entry": `CREATE TRIGGER fault BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fault()`,
  "the connection dies behind the entry": `CREATE TRIGGER fault AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION death()`,
  "the transaction's end is refused":
    "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault()",
};

async function withFault(fault: string, act: () => Promise<unknown>): Promise<void> {
  const run = (sql: string) => site.prisma.$executeRawUnsafe(sql);
  await run(
    `CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'planted'; END$$`,
  );
  await run(`CREATE OR REPLACE FUNCTION death() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$`);
  await run(fault);
  try {
    await act();
  } finally {
    await run("DROP TRIGGER fault ON audit_entry");
  }
}

let totpUri: string;

/** Asks as Ola, and keeps what a browser would keep. */
async function asOla(path: string, body: object): Promise<Response> {
  const response = await post(path, body, olas);
  const kept = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  if (response.ok && kept.length > 0) olas = kept.join("; ");
  return response;
}

const code = () => totp(totpUri, Date.now());
const by = (person: string) => ({
  ...{ actor: { kind: "operator", id: person }, subject: `user/${olaId}`, traceId },
});
const changed = (person: string, what: object) => ({ ...by(person), action: "user.changed", ...what });
const began = (path: string, secondFactor: boolean) => ({
  ...by(olaId),
  ...{ action: "session.started", facts: { by: path, session: expect.any(String), secondFactor } },
});
const ended = (person: string, path: string) => ({
  ...by(person),
  ...{ action: "session.ended", facts: { by: path, session: expect.any(String) } },
});

type Verb = [name: string, act: () => Promise<Response>, told: () => object[]];

/** In this order, since each builds on those before it. */
const verbs: Verb[] = [
  ["a person signs in", () => post("sign-in/email", ola), () => [began("/sign-in/email", false)]],
  [
    "a person is made",
    () => post("invitation/accept", { secret, name: "Eve", password: ola.password }),
    () => [{ action: "user.created", after: { role: "viewer" } }],
  ],
  [
    "a role is another one",
    () => actAs("setRole", { seen: "viewer", role: "operator" }),
    () => [changed(adminId, { before: { role: "viewer" }, after: { role: "operator" } })],
  ],
  [
    "a name is another one",
    () => asOla("update-user", { name: "Ola N." }),
    () => [changed(olaId, { facts: { by: "/update-user", name: true } })],
  ],
  [
    "a person asks for a second factor",
    async () => {
      const response = await asOla("two-factor/enable", { password: ola.password });
      if (response.ok) ({ totpURI: totpUri } = (await response.json()) as { totpURI: string });
      return response;
    },
    () => [changed(olaId, { after: { secondFactorTried: false, secondFactorLockedUntil: null } })],
  ],
  [
    "a second factor is switched on",
    () => asOla("two-factor/verify-totp", { code: code() }),
    () => [
      ended(olaId, "/two-factor/verify-totp"),
      began("/two-factor/verify-totp", true),
      changed(olaId, { before: { secondFactor: false }, after: { secondFactor: true } }),
      changed(olaId, { before: { secondFactorTried: false }, after: { secondFactorTried: true } }),
    ],
  ],
  [
    "a second factor is switched off",
    () => asOla("two-factor/disable", { password: ola.password }),
    () => [
      ended(olaId, "/two-factor/disable"),
      began("/two-factor/disable", false),
      changed(olaId, { before: { secondFactor: true }, after: { secondFactor: false } }),
      changed(olaId, { before: { secondFactorTried: true, secondFactorLockedUntil: null } }),
    ],
  ],
  [
    "an admin ends a person's sessions",
    () => actAs("endSessions"),
    () => [1, 2].map(() => ended(adminId, "people.endSessions")),
  ],
  [
    "an admin sets a password",
    () => actAs("setPassword", { newPassword }),
    () => [changed(adminId, { facts: { by: "people.setPassword", password: true } })],
  ],
  [
    "a person is disabled",
    () => actAs("disable"),
    () => [changed(adminId, { before: { banned: false }, after: { banned: true } })],
  ],
  ["a person is enabled", () => actAs("enable"), () => [changed(adminId, { after: { banned: false } })]],
  [
    "a person is removed",
    () => actAs("remove"),
    () => [
      changed(adminId, { before: { password: true } }),
      { ...by(adminId), action: "user.removed", before: { role: "operator", banned: false } },
    ],
  ],
];

const inOrder = (entries: object[]) =>
  entries.toSorted((one, other) => orderOf(one).localeCompare(orderOf(other)));
const orderOf = (entry: object) => {
  const { action, after, before } = entry as { action: string; after?: object; before?: object };
  return `${action} ${Object.keys(after ?? before ?? {}).toSorted()}`;
};

async function changesNothing(fault: string, act: () => Promise<Response>): Promise<void> {
  const before = await people();
  const count = await site.prisma.auditEntry.count();
  await withFault(fault, async () => expect((await act()).status).toBeGreaterThanOrEqual(500));
  expect(await people()).toEqual(before);
  expect(await site.prisma.auditEntry.count()).toBe(count);
}

async function isTold(act: () => Promise<Response>, told: () => object[]): Promise<void> {
  const before = await people();
  const count = await site.prisma.auditEntry.count();
  expect((await act()).status).toBe(200);
  expect(await people()).not.toEqual(before);
  expect(inOrder(await entriesSince(count))).toMatchObject(inOrder(told()));
}

// By itself: better-auth lets it be tried three times in ten seconds.
test("a person's own change of the password is told, or does not take place", async () => {
  const change = (next: string) => () =>
    asOla("change-password", { currentPassword: ola.password, newPassword: next });
  await changesNothing(faults["the connection dies behind the entry"], change(newPassword));
  await isTold(change(ola.password), () => [
    changed(olaId, { facts: { by: "/change-password", password: true } }),
  ]);
});

describe.each(verbs)("where %s", (_name, act, told) => {
  test.each(Object.entries(faults))("and %s, nothing is changed", (_fault, fault) =>
    changesNothing(fault, act),
  );
  test("it is told, with who did it and what it changed", () => isTold(act, told));
});

test("what was done before a fault is told, what comes behind it does not take place", async () => {
  const id = await addPerson(site.prisma, { ...ola, name: "Ola", role: "viewer" });
  await signIn(site.console.origin, ola);
  const count = await site.prisma.auditEntry.count();
  const onRemoval = faults["the log refuses the entry"].replace(
    "FOR EACH ROW",
    "FOR EACH ROW WHEN (NEW.action = 'user.removed')",
  );
  await withFault(onRemoval, () => actAs("remove", {}, id));
  expect((await entriesSince(count)).map(({ action }) => action)).toEqual(["session.ended", "user.changed"]);
  expect(await site.prisma.user.count({ where: { id } })).toBe(1);
  expect(await site.prisma.session.count({ where: { userId: id } })).toBe(0);
});

test("signing out ends the session and is told, or leaves it", async () => {
  const { cookie } = await signIn(site.console.origin);
  const sessions = () => site.prisma.session.count({ where: { userId: adminId } });
  const before = await sessions();
  await withFault(faults["the log refuses the entry"], () => post("sign-out", {}, cookie));
  expect(await sessions()).toBe(before);
  const count = await site.prisma.auditEntry.count();
  await post("sign-out", {}, cookie);
  expect(await sessions()).toBe(before - 1);
  expect(await entriesSince(count)).toMatchObject([
    { action: "session.ended", actor: { kind: "operator", id: adminId }, facts: { by: "/sign-out" } },
  ]);
});
