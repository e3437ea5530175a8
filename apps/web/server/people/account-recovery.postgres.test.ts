import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { passwordHash } from "@tapline/adapters/passwords";
import { AccountRecovery } from "@tapline/adapters/prisma";
import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { totp } from "../auth/totp.fixture.ts";
import {
  adminSignIn,
  signIn,
  startTestConsole,
  type TestConsole,
  waitingForLocks,
} from "../test-console.fixture.ts";
import { addPerson } from "./add-person.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const tapline = join(import.meta.dirname, "../../../worker/src/cli/main.ts");
let site: TestConsole;
let id: string;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id } = await site.prisma.user.findFirstOrThrow());
});
afterAll(() => site.stop());

/** As in a pod of the console. */
const people = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { DATABASE_URL: site.config.databaseUrl };
    execFile(process.execPath, [tapline, "people", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const why = ["--reason", "lost the phone", "--by", "root@host", "--yes"];

const post = (path: string, body: unknown, cookie: string) =>
  fetch(`${site.console.origin}/api/auth/two-factor/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });
const live = async (cookie: string) =>
  (await fetch(`${site.console.origin}/api/trpc/kpi.live`, { headers: { cookie } })).status;

/** An authenticator app, a passkey, and a browser that is notified. @returns the session */
async function secure(): Promise<string> {
  const { cookie } = await signIn(site.console.origin);
  const enabled = await post("enable", { password: adminSignIn.password }, cookie);
  const { totpURI } = (await enabled.json()) as { totpURI: string };
  const verified = await post("verify-totp", { code: totp(totpURI, Date.now()) }, cookie);
  const own = verified.headers.getSetCookie().map((line) => line.split(";", 1)[0] ?? "");
  const key = { id: "key-1", credentialId: "a", publicKey: new Uint8Array([1]), signCount: 0n };
  await site.prisma.passkey.create({
    data: { ...key, host: "console.test", name: "phone", userId: id, createdAt: new Date() },
  });
  const browser = {
    endpoint: "https://push.test/1",
    p256dh: "p",
    auth: "a",
    serverKey: "k",
    label: "Firefox",
  };
  const { id: sessionId } = await site.prisma.session.findFirstOrThrow({ where: { userId: id } });
  await site.prisma.pushSubscription.create({
    data: { ...browser, id: randomUUID(), userId: id, sessionId, createdAt: new Date() },
  });
  return own.join("; ");
}

test("the only admin comes in again by a new password alone, and everything from before is over", async () => {
  const cookie = await secure();
  expect(await live(cookie)).toBe(200);
  const { response: asked } = await signIn(site.console.origin);
  expect(await asked.json()).toMatchObject({ twoFactorRedirect: true });
  // A sign-in that stands half-way.
  expect(await site.prisma.verification.count({ where: { value: id } })).toBeGreaterThan(0);
  const before = await site.prisma.auditEntry.count();

  const shown = await people("recover", adminSignIn.email, "--reason", "lost the phone", "--dry-run");
  expect(shown).toMatchObject({ code: 0, out: "" });
  expect(shown.err).toContain(`would give ${adminSignIn.email} (admin) a new password`);
  expect(await live(cookie)).toBe(200);

  const made = await people("recover", adminSignIn.email.toUpperCase(), ...why);
  expect(made, made.err).toMatchObject({ code: 0 });
  const password = made.out.trim();
  expect(await live(cookie)).toBe(401);
  expect((await signIn(site.console.origin)).response.status).toBe(401);
  const again = await signIn(site.console.origin, { ...adminSignIn, password });
  expect(await again.response.json()).not.toHaveProperty("twoFactorRedirect");
  expect(await live(again.cookie)).toBe(200);
  const { twoFactor, passkey, pushSubscription, verification } = site.prisma;
  const left = [twoFactor.count(), passkey.count(), pushSubscription.count()];
  expect(await Promise.all(left)).toEqual([0, 0, 0]);
  expect(await verification.count({ where: { value: id } })).toBe(0);

  const entries = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  const told = entries.map(({ bytes }) => readEntry(bytes)).filter(({ actor }) => actor.id === "root@host");
  expect(told.map(({ action }) => action).toSorted()).toEqual(
    ["push-subscription.removed", "session.ended", "user.changed", "user.changed"].toSorted(),
  );
  expect(told).toContainEqual(
    expect.objectContaining({
      ...{ actor: { kind: "operator", id: "root@host" }, action: "user.changed", subject: `user/${id}` },
      facts: { by: "tapline people recover", password: true },
      ...{ before: { secondFactor: true }, after: { secondFactor: false } },
    }),
  );
});

test("for an account that is not there, or is disabled, nothing is done", async () => {
  const { prisma } = site;
  const kept = () => prisma.account.findMany({ select: { userId: true, password: true } });
  const [before, entries] = [await kept(), await prisma.auditEntry.count()];
  const unknown = await people("recover", "nobody@console.test", ...why);
  expect(unknown).toMatchObject({ code: 1, out: "", err: expect.stringContaining("tapline people ls") });
  await prisma.user.create({
    data: { id: "eve", email: "eve@console.test", name: "Eve", role: "admin", banned: true },
  });
  const disabled = await people("recover", "eve@console.test", ...why);
  expect(disabled).toMatchObject({ code: 1, out: "", err: expect.stringContaining("is disabled") });
  expect([await kept(), await prisma.auditEntry.count()]).toEqual([before, entries]);
});

test("accounts are listed by their addresses, with the sessions that have not run out", async () => {
  const over = { id: "over", token: "over", userId: "eve", expiresAt: new Date(Date.now() - 1_000) };
  await site.prisma.session.create({ data: over });
  const { out } = await people("ls", "--json");
  expect(JSON.parse(out)).toMatchObject([
    { email: "eve@console.test", role: "admin", disabled: true, sessions: 0 },
    {
      id,
      email: adminSignIn.email,
      role: "admin",
      disabled: false,
      secondFactor: false,
      passkeys: 0,
      sessions: 1,
    },
  ]);
  expect((await people("ls")).out).toMatch(/^first@console\.test +admin +enabled +no app +0 passkeys$/m);
});

test("who signed in at a provider alone gets a password", async () => {
  await site.prisma.user.create({ data: { id: "ola", email: "ola@console.test", name: "Ola" } });
  const made = await people("recover", "ola@console.test", ...why);
  const { response } = await signIn(site.console.origin, {
    email: "ola@console.test",
    password: made.out.trim(),
  });
  expect(response.status).toBe(200);
});

test("a sign-in by the old password that is under way meanwhile opens nothing", async () => {
  const ana = { email: "ana@console.test", password: "a long enough password" };
  const userId = await addPerson(site.prisma, { ...ana, name: "Ana", role: "operator" });
  let asking: ReturnType<typeof signIn> | undefined;
  // When its first entry is written the account has its new password, and nobody else sees it yet.
  const leaseCheck = async (): Promise<void> => {
    asking ??= signIn(site.console.origin, ana);
    await expect.poll(() => waitingForLocks(site.prisma), { timeout: 60_000 }).toBe(1);
  };
  const act = { actor: { kind: "operator", id: "root@host" } as const, reason: "stolen", leaseCheck };
  const hash = await passwordHash.hash("another long password");
  await new AccountRecovery(site.prisma).recover(ana.email, hash, act, Date.now());
  expect((await asking)?.response.status).toBe(401);
  expect(await site.prisma.session.count({ where: { userId } })).toBe(0);
});
