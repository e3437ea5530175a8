import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { YouView } from "../../contracts/people.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import {
  adminSignIn,
  cookiesOf,
  signIn,
  startTestConsole,
  type TestConsole,
  waitingForLocks,
} from "../test-console.fixture.ts";
import { SoftwareAuthenticator } from "./software-authenticator.fixture.ts";

const { password } = adminSignIn;
const ola = { email: "ola@console.test", password: "a long enough password" };

let site: TestConsole;
/** As browsers call us by name: by a number they have no passkeys. */
let origin: string;
let admin: string;
let olaId: string;
let olas: string;
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  origin = `http://localhost:${site.console.port}`;
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie: admin } = await signIn(site.console.origin));
  olaId = await addPerson(site.prisma, { ...ola, name: "Ola", role: "operator" });
  ({ cookie: olas } = await signIn(site.console.origin, ola));
});
beforeEach(async () => {
  await site.prisma.passkey.deleteMany();
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

async function post(path: string, body: object, cookie = "", from = origin) {
  const response = await fetch(`${site.console.origin}/api/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: from, cookie },
    body: JSON.stringify(body),
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return { status: response.status, answer, cookie: cookiesOf(response) };
}

/** What the server asks, and what a browser sends back with its answer. */
async function asked(path: string, body: object, cookie = "") {
  const offer = await post(`auth/passkey/${path}`, body, cookie);
  expect(offer.status, JSON.stringify(offer.answer)).toBe(200);
  return {
    challenge: String(offer.answer.challenge),
    cookie: `${cookie}; ${offer.cookie}`,
    offer: offer.answer,
  };
}

async function register(key: SoftwareAuthenticator, cookie = olas, person = ola) {
  const { challenge, cookie: both } = await asked("offer", { password: person.password }, cookie);
  const response = key.register({ challenge, origin });
  return post("auth/passkey/add", { name: "Phone", response }, both);
}

async function enter(key: SoftwareAuthenticator, given: object = {}) {
  const { challenge, cookie } = await asked("offer-sign-in", {});
  const response = key.assert({ challenge, origin, ...given });
  return post("auth/passkey/sign-in", { response }, cookie);
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

test("a passkey is added by the password, signs its person in as two factors, and tells when it was used", async () => {
  const key = new SoftwareAuthenticator();
  expect((await post("auth/passkey/offer", { password: "not the password" }, olas)).status).toBe(403);
  expect((await post("auth/passkey/offer", { password: ola.password })).status).toBe(401);
  expect(await register(key)).toMatchObject({ status: 200, answer: { id: expect.any(String) } });
  const entered = await enter(key);
  expect([entered.status, await opens(entered.cookie)]).toEqual([200, 200]);
  const shown = await fetch(`${site.console.origin}/api/trpc/you.show`, { headers: { cookie: olas } });
  const { passkeys } = ((await shown.json()) as { result: { data: YouView } }).result.data;
  expect(passkeys).toMatchObject([{ name: "Phone", host: "localhost", usedAtEpochMs: expect.any(Number) }]);
  const [wrong, added, started] = await written();
  expect(wrong).toMatchObject({ action: "act.refused", subject: "verb/passkey/offer" });
  expect(added).toMatchObject({
    ...{ action: "user.changed", subject: `user/${olaId}`, actor: { kind: "operator", id: olaId } },
    facts: { by: "/passkey/add", passkey: "added", id: passkeys[0]?.id },
  });
  expect(started).toMatchObject({
    ...{ action: "session.started", subject: `user/${olaId}`, actor: { kind: "operator", id: olaId } },
    facts: { by: "/passkey/sign-in", secondFactor: true },
  });
  expect(JSON.stringify([added, started])).not.toContain("Phone");
});

test("an answer counts once, here, from a device that asked its person, by the key alone", async () => {
  const key = new SoftwareAuthenticator();
  await register(key);
  for (const given of [
    { verifies: false },
    { host: "evil.test" },
    { origin: "http://evil.test" },
    { challenge: "bWFkZSB1cA" },
  ])
    expect((await enter(key, given)).status, JSON.stringify(given)).toBe(401);
  expect((await enter(new SoftwareAuthenticator())).status).toBe(401);

  const { challenge, cookie } = await asked("offer-sign-in", {});
  const response = key.assert({ challenge, origin });
  const tries = await Promise.all([1, 2].map(() => post("auth/passkey/sign-in", { response }, cookie)));
  expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  expect((await post("auth/passkey/sign-in", { response }, cookie)).status).toBe(401);
  expect((await post("auth/passkey/sign-in", { response })).status).toBe(401);

  // A copy of the key does not know how often the other one was used.
  key.signCount = 0;
  expect((await enter(key)).status).toBe(401);
  const refused = (await written()).filter(({ action }) => action === "session.refused");
  expect(refused.map(({ subject }) => subject)).toContain("user/unknown");
  expect(refused.at(-1)).toMatchObject({
    subject: `user/${olaId}`,
    facts: { secondFactor: true, status: 401 },
  });
});

test("where the address is a number no passkey is offered, and what was made for one host is worth nothing at another", async () => {
  const offer = (from: string) => post("auth/passkey/offer", { password: ola.password }, olas, from);
  expect(await offer(site.console.origin)).toMatchObject({
    status: 400,
    answer: { code: "PASSKEY_ADDRESS" },
  });
  const signing = await post("auth/passkey/offer-sign-in", {}, "", site.console.origin);
  expect(signing).toMatchObject({ status: 400, answer: { code: "PASSKEY_ADDRESS" } });
  const key = new SoftwareAuthenticator();
  await register(key);
  await site.prisma.passkey.updateMany({ data: { host: "console.example" } });
  expect((await enter(key)).status).toBe(401);
});

test("nobody adds a key by somebody else's challenge, nor by one for signing in, nor the same key twice", async () => {
  const key = new SoftwareAuthenticator();
  const hers = await asked("offer", { password }, admin);
  const response = key.register({ challenge: hers.challenge, origin });
  const stolen = `${olas}; ${hers.cookie
    .split("; ")
    .filter((one) => one.includes("passkey"))
    .join("; ")}`;
  expect((await post("auth/passkey/add", { name: "Phone", response }, stolen)).status).toBe(401);
  const signing = await asked("offer-sign-in", {}, olas);
  const other = key.register({ challenge: signing.challenge, origin });
  expect((await post("auth/passkey/add", { name: "Phone", response: other }, signing.cookie)).status).toBe(
    401,
  );
  expect((await register(key)).status).toBe(200);
  expect((await register(key)).status).toBeGreaterThanOrEqual(400);
  expect(await site.prisma.passkey.count()).toBe(1);
});

test("a passkey is removed by the password of its person alone, and an admin takes all away with the second factor", async () => {
  const key = new SoftwareAuthenticator();
  await register(key);
  const { id } = await site.prisma.passkey.findFirstOrThrow();
  expect((await post("auth/passkey/remove", { id, password: "not the password" }, olas)).status).toBe(403);
  expect(await post("auth/passkey/remove", { id, password }, admin)).toMatchObject({
    answer: { removed: 0 },
  });
  const gone = await post("auth/passkey/remove", { id, password: ola.password }, olas);
  expect(gone).toMatchObject({ status: 200, answer: { removed: 1 } });
  expect((await enter(key)).status).toBe(401);

  const next = new SoftwareAuthenticator();
  await register(next);
  const reset = { id: olaId, reason: "lost a phone", password };
  expect((await post("trpc/people.resetSecondFactor", reset, admin)).status).toBe(200);
  expect((await enter(next)).status).toBe(401);
  const removed = (await written()).filter(({ facts }) => facts.passkey === "removed");
  expect(removed.map(({ actor, facts }) => `${actor.id} ${facts.by}`)).toEqual([
    `${olaId} /passkey/remove`,
    `${(await site.prisma.user.findUniqueOrThrow({ where: { email: adminSignIn.email } })).id} people.resetSecondFactor`,
  ]);
});

test("who is disabled does not come in by a passkey; where the log cannot tell of it, no key comes or opens", async () => {
  const key = new SoftwareAuthenticator();
  await register(key);
  await site.prisma.user.update({ where: { id: olaId }, data: { banned: true } });
  expect((await enter(key)).status).toBe(403);
  await site.prisma.user.update({ where: { id: olaId }, data: { banned: false } });
  await site.prisma.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
  try {
    expect((await register(new SoftwareAuthenticator())).status).toBe(500);
    const entered = await enter(key);
    expect([entered.status, entered.cookie.includes("session_token")]).toEqual([500, false]);
    expect(await site.prisma.passkey.count()).toBe(1);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect((await enter(key)).status).toBe(200);
});

test("a key that is taken away while it signs somebody in opens nothing", async () => {
  const { prisma } = site;
  const key = new SoftwareAuthenticator();
  await register(key);
  const sessions = await prisma.session.count({ where: { userId: olaId } });
  let asking: ReturnType<typeof enter> | undefined;
  await prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT id FROM "user" WHERE id = ${olaId} FOR UPDATE`;
      asking = enter(key);
      await expect.poll(() => waitingForLocks(prisma), { timeout: 20_000 }).toBe(1);
      await tx.passkey.deleteMany({ where: { userId: olaId } });
    },
    { timeout: 30_000 },
  );
  expect((await asking)?.status).toBe(401);
  expect(await prisma.session.count({ where: { userId: olaId } })).toBe(sessions);
}, 60_000);
