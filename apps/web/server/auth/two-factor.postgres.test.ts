import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  adminSignIn,
  signIn,
  startTestConsole,
  type TestConsole,
  waitingForLocks,
} from "../test-console.fixture.ts";
import { totp } from "./totp.fixture.ts";

let site: TestConsole;
let uri: string;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
});
afterAll(() => site.stop());

const post = (path: string, body: unknown, cookie: string) =>
  fetch(`${site.console.origin}/api/auth/two-factor/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });

test("with a second factor the password alone opens nothing; the code does", async () => {
  const { cookie } = await signIn(site.console.origin);
  const enabled = await post("enable", { password: adminSignIn.password }, cookie);
  ({ totpURI: uri } = (await enabled.json()) as { totpURI: string });
  expect((await post("verify-totp", { code: totp(uri, Date.now()) }, cookie)).status).toBe(200);

  const { response, cookie: halfWay } = await signIn(site.console.origin);
  expect(await response.json()).toMatchObject({ twoFactorRedirect: true });
  const live = (own: string) =>
    fetch(`${site.console.origin}/api/trpc/kpi.live`, { headers: { cookie: own } });
  expect((await live(halfWay)).status).toBe(401);

  expect((await post("verify-totp", { code: "000000" }, halfWay)).status).toBe(401);
  const verified = await post("verify-totp", { code: totp(uri, Date.now()) }, halfWay);
  expect(verified.status).toBe(200);
  const whole = verified.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  expect((await live(whole.join("; "))).status).toBe(200);
});

test("a browser that is trusted signs in by the password alone, and that is told", async () => {
  const { user } = site.prisma;
  const { id } = await user.findFirstOrThrow();
  const { cookie } = await signIn(site.console.origin);
  const trusted = await post("verify-totp", { code: totp(uri, Date.now()), trustDevice: true }, cookie);
  const device = trusted.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0] ?? "")
    .filter((line) => line.includes("trust_device"));
  expect(device).toHaveLength(1);
  const count = await site.prisma.auditEntry.count();
  const again = await fetch(`${site.console.origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie: device.join() },
    body: JSON.stringify(adminSignIn),
  });
  expect(again.headers.getSetCookie().join()).toContain("session_token");
  const entries = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: count,
  });
  expect(entries.map(({ bytes }) => readEntry(bytes))).toMatchObject([
    { action: "session.started", subject: `user/${id}`, facts: { secondFactor: false } },
  ]);
});

test("a code of a second factor that is taken away meanwhile opens nothing", async () => {
  const { prisma } = site;
  const { cookie } = await signIn(site.console.origin);
  await prisma.session.deleteMany();
  let asking: Promise<Response> | undefined;
  await prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT id FROM "user" FOR UPDATE`;
      asking = post("verify-totp", { code: totp(uri, Date.now()) }, cookie);
      await expect.poll(() => waitingForLocks(prisma), { timeout: 20_000 }).toBe(1);
      await tx.user.updateMany({ data: { twoFactorEnabled: false } });
    },
    { timeout: 30_000 },
  );
  expect((await asking)?.status).toBe(401);
  expect(await prisma.session.count()).toBe(0);
}, 60_000);

test("who gets a second factor between password and session is asked for it", async () => {
  const { prisma } = site;
  await prisma.session.deleteMany();
  await prisma.user.updateMany({ data: { twoFactorEnabled: false } });
  let asking: ReturnType<typeof signIn> | undefined;
  await prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT id FROM "user" FOR UPDATE`;
      asking = signIn(site.console.origin);
      await expect.poll(() => waitingForLocks(prisma), { timeout: 20_000 }).toBe(1);
      await tx.user.updateMany({ data: { twoFactorEnabled: true } });
    },
    { timeout: 30_000 },
  );
  const { response } = (await asking) ?? {};
  expect(await response?.json()).toMatchObject({ twoFactorRedirect: true });
  expect(await prisma.session.count()).toBe(0);
}, 60_000);
