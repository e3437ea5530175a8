import { createHmac, randomUUID } from "node:crypto";
import { PushSubscriptions } from "@tapline/adapters/prisma/alerts";
import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { browserAt } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import {
  adminSignIn,
  cookiesOf,
  signIn,
  startTestConsole,
  type TestConsole,
} from "../test-console.fixture.ts";

const password = "a long enough password";

let site: TestConsole;
let admin: string;
let count = 0;
let email: string;
let userId: string;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie: admin } = await signIn(site.console.origin));
  await new PushSubscriptions(site.prisma, Date.now).announceKey("key-1");
});
beforeEach(async () => {
  email = `person-${++count}@console.test`;
  userId = await addPerson(site.prisma, { email, password, name: "Ola", role: "operator" });
});
afterAll(() => site.stop());

const post = (path: string, body: object, cookie: string) =>
  fetch(`${site.console.origin}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });

/** What an admin does to the person. */
const actAs = (procedure: string, wish: object = {}) =>
  post(
    `/api/trpc/people.${procedure}`,
    { id: userId, reason: "a test", password: adminSignIn.password, ...wish },
    admin,
  );

/** A session of the person's, and its cookie: signing in by password is not for as often as here. */
async function session(): Promise<string> {
  const token = randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await site.prisma.session.create({ data: { id: randomUUID(), token, userId, expiresAt } });
  const signature = createHmac("sha256", site.config.secret).update(token).digest("base64");
  return `tapline.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** A browser in which the person has signed in and asked to be notified. */
async function browser(name: string) {
  const cookie = await session();
  const { subscription } = browserAt(`https://push.example/${userId}/${name}`);
  const response = await post(
    "/api/trpc/push.subscribe",
    { subscription, serverKey: "key-1", label: name },
    cookie,
  );
  expect(response.status).toBe(200);
  return cookie;
}

const notified = async () => {
  const rows = await site.prisma.pushSubscription.findMany({ where: { userId }, orderBy: { label: "asc" } });
  return rows.map(({ label }) => label).join(" ");
};

/** Why browsers of the person ended, and by whom, from the audit log. */
async function ended() {
  const rows = await site.prisma.auditEntry.findMany({ where: { action: "push-subscription.removed" } });
  return rows
    .map(({ bytes }) => readEntry(bytes))
    .filter(({ facts }) => facts.person === userId)
    .map(({ facts, actor }) => `${facts.why} by ${actor.id === userId ? "themselves" : "another"}`)
    .toSorted();
}

/** The session runs out, and the next request with it clears it away. */
async function letRunOut(cookie: string): Promise<void> {
  const token = decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? "").split(".")[0] ?? "";
  await site.prisma.session.update({ where: { token }, data: { expiresAt: new Date(Date.now() - 1_000) } });
  await fetch(`${site.console.origin}/api/auth/get-session`, { headers: { cookie } });
  expect(await site.prisma.session.count({ where: { token } })).toBe(0);
}

test("signing out ends the browser in which one signs out, and no other", async () => {
  const [phone] = [await browser("phone"), await browser("desk")];
  await post("/api/auth/sign-out", {}, phone);
  expect(await notified()).toBe("desk");
  expect(await ended()).toEqual(["session-ended by themselves"]);
});

test("a session that runs out ends none, until whoever has lost a device ends what is his", async () => {
  const [phone, desk] = [await browser("phone"), await browser("desk")];
  await letRunOut(phone);
  expect(await notified()).toBe("desk phone");
  await post("/api/auth/revoke-sessions", {}, desk);
  expect(await notified()).toBe("");
});

test("a changed password leaves the browser in which it was changed alone", async () => {
  const [phone, desk] = [await browser("phone"), await browser("desk")];
  await letRunOut(phone);
  await browser("tablet");
  const body = { currentPassword: password, newPassword: "another long password" };
  expect((await post("/api/auth/change-password", body, desk)).status).toBe(200);
  expect(await notified()).toBe("desk");
  expect(await ended()).toEqual(Array.from({ length: 2 }, () => "password-changed by themselves"));
});

test("a changed password that ends all other sessions leaves that browser alone, too, which the session given for it ends", async () => {
  const [phone, desk] = [await browser("phone"), await browser("desk")];
  await letRunOut(phone);
  await browser("tablet");
  const body = { currentPassword: password, newPassword: "another long password", revokeOtherSessions: true };
  const changed = await post("/api/auth/change-password", body, desk);
  expect(changed.status).toBe(200);
  expect(await notified()).toBe("desk");
  expect(await ended()).toEqual(Array.from({ length: 2 }, () => "session-ended by themselves"));
  const cookie = cookiesOf(changed);
  expect(await site.prisma.session.count({ where: { userId } })).toBe(1);
  expect((await post("/api/auth/sign-out", {}, cookie)).status).toBe(200);
  expect(await notified()).toBe("");
});

const byAdmin: [string, string, object, string][] = [
  ["sets a password", "setPassword", { newPassword: "another long password" }, "password-changed"],
  ["ends all sessions", "endSessions", {}, "session-ended"],
  ["makes a viewer", "setRole", { seen: "operator", role: "viewer" }, "may-not-be-told"],
  ["disables", "disable", {}, "may-not-be-told"],
  ["removes a person", "remove", {}, "session-ended"],
];

test.each(byAdmin)(
  "where an admin %s, all browsers end with it, also of sessions that ran out",
  async (_, procedure, wish, why) => {
    const phone = await browser("phone");
    await browser("desk");
    await letRunOut(phone);
    expect((await actAs(procedure, wish)).status).toBe(200);
    expect(await notified()).toBe("");
    expect(await ended()).toEqual([`${why} by another`, `${why} by another`]);
  },
);

test("a browser whose session has run out ends when all sessions of its person are ended, though none stands", async () => {
  await letRunOut(await browser("phone"));
  await actAs("endSessions");
  expect(await ended()).toEqual(["session-ended by another"]);
});

test("where the entry cannot be written neither session nor browser ends", async () => {
  const phone = await browser("phone");
  await site.prisma
    .$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (action <> 'push-subscription.removed') NOT VALID`;
  try {
    await post("/api/auth/sign-out", {}, phone);
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect(await notified()).toBe("phone");
  expect(await site.prisma.session.count({ where: { userId } })).toBe(1);
});

test("whoever is on the way to subscribe while his sessions are ended is not notified after", async () => {
  const cookie = await session();
  const asked = Array.from({ length: 8 }, (_, i) => {
    const { subscription } = browserAt(`https://push.example/${userId}/${i}`);
    return post("/api/trpc/push.subscribe", { subscription, serverKey: "key-1", label: "race" }, cookie);
  });
  await actAs("endSessions");
  await Promise.all(asked);
  expect(await notified()).toBe("");
});
