import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let site: TestConsole;
let origin: string;

beforeAll(async () => {
  site = await startTestConsole();
  origin = site.console.origin;
  await site.console.ensureFirstAdmin(adminSignIn);
});
afterAll(() => site.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${origin}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin, ...headers },
    body: JSON.stringify(body),
    redirect: "manual",
  });

describe("the first admin", () => {
  test("is made once, even when asked for twice at once", async () => {
    await site.prisma.user.deleteMany();
    const made = await Promise.all([1, 2].map(() => site.console.ensureFirstAdmin(adminSignIn)));
    expect(made.toSorted()).toEqual([false, true]);
    const people = await site.prisma.user.findMany();
    expect(people).toMatchObject([{ email: adminSignIn.email, role: "admin" }]);
    const entries = await site.prisma.auditEntry.findMany({ where: { subject: `user/${people[0]?.id}` } });
    expect(entries).toMatchObject([{ action: "user.first-admin", actorKind: "job", actorId: "console" }]);
  });

  test("is not made where the audit log cannot take the entry; the next try makes it", async () => {
    await site.prisma.user.deleteMany();
    await site.prisma.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
    await expect(site.console.ensureFirstAdmin(adminSignIn)).rejects.toThrow();
    expect([await site.prisma.user.count(), await site.prisma.account.count()]).toEqual([0, 0]);
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
    expect(await site.console.ensureFirstAdmin(adminSignIn)).toBe(true);
  });

  test("has a password stored as an Argon2id hash alone", async () => {
    const account = await site.prisma.account.findFirstOrThrow();
    expect(account.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe("signing in", () => {
  test("gives a session cookie that scripts cannot read", async () => {
    const { response } = await signIn(origin);
    expect(response.status).toBe(200);
    expect(response.headers.get("set-cookie")).toMatch(/tapline\.session_token=.*HttpOnly.*SameSite=Lax/);
  });

  test("is refused with a wrong password, in the same words as for an unknown person", async () => {
    const wrong = await post("/api/auth/sign-in/email", {
      ...adminSignIn,
      password: "wrong password, sorry",
    });
    const unknown = await post("/api/auth/sign-in/email", { ...adminSignIn, email: "nobody@console.test" });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await unknown.json());
    expect(wrong.headers.get("set-cookie")).toBeNull();
  });

  test("is refused from a page of another origin", async () => {
    const refused = await post("/api/auth/sign-in/email", adminSignIn, { origin: "http://evil.test" });
    expect(refused.status).toBe(403);
  });

  test("cannot be had by signing up", async () => {
    const refused = await post("/api/auth/sign-up/email", {
      ...{ name: "Eve", email: "eve@console.test", password: "a long enough password" },
    });
    expect(refused.status).toBe(400);
    expect(await site.prisma.user.count()).toBe(1);
  });

  test("ends with signing out: the cookie opens nothing any more", async () => {
    const { cookie } = await signIn(origin);
    const live = () => fetch(`${origin}/api/trpc/kpi.live`, { headers: { cookie } });
    expect((await live()).status).toBe(200);
    expect((await post("/api/auth/sign-out", {}, { cookie })).status).toBe(200);
    expect((await live()).status).toBe(401);
  });
});

describe("without a session", () => {
  test("procedures answer 401 and name no detail", async () => {
    const response = await fetch(`${origin}/api/trpc/kpi.live`);
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as { error: { message: string; data: object } };
    expect(error.message).toBe("nobody is signed in");
    expect(error.data).toMatchObject({ tapline: { code: "unauthenticated" } });
    expect(JSON.stringify(error)).not.toContain("stack");
  });

  test("pages lead to the sign-in page and back", async () => {
    const home = await fetch(`${origin}/`, { redirect: "manual" });
    expect([home.status, home.headers.get("location")]).toEqual([303, "/sign-in"]);
    const deep = await fetch(`${origin}/taps?x=1`, { redirect: "manual" });
    expect(deep.headers.get("location")).toBe("/sign-in?from=%2Ftaps%3Fx%3D1");
    expect((await fetch(`${origin}/sign-in`)).status).toBe(200);
  });

  test("a forged page header is no session", async () => {
    const facts = Buffer.from(JSON.stringify({ viewer: { role: "admin" } })).toString("base64url");
    const forged = await fetch(`${origin}/`, { headers: { "x-tapline-page": facts }, redirect: "manual" });
    expect(forged.status).toBe(303);
  });
});

describe("roles", () => {
  test("a viewer may watch", async () => {
    await setRole(site.prisma, adminSignIn.email, "viewer");
    const { cookie } = await signIn(origin);
    expect((await fetch(`${origin}/api/trpc/kpi.live`, { headers: { cookie } })).status).toBe(200);
  });

  test("a role that we do not know opens nothing", async () => {
    const { cookie } = await signIn(origin);
    await setRole(site.prisma, adminSignIn.email, "nobody");
    expect((await fetch(`${origin}/api/trpc/kpi.live`, { headers: { cookie } })).status).toBe(401);
    await setRole(site.prisma, adminSignIn.email, "admin");
  });
});

describe("every answer", () => {
  test("forbids framing, sniffing, and scripts without this answer's nonce", async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => (await fetch(`${origin}/sign-in`)).headers.get("content-security-policy")),
    );
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[^']{20,}' 'strict-dynamic'/);
    expect(policies[0]).not.toContain("unsafe");
    expect(policies[0]).not.toBe(policies[1]);
    const api = await fetch(`${origin}/api/trpc/kpi.live`);
    expect(api.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(api.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

test("too many attempts are held back for a while", async () => {
  const attempts = await Promise.all(
    Array.from({ length: 12 }, () => signIn(origin, { ...adminSignIn, password: "x" })),
  );
  const held = attempts.filter(({ response }) => response.status === 429);
  expect(held.length).toBeGreaterThan(0);
  expect(Number(held[0]?.response.headers.get("x-retry-after"))).toBeGreaterThan(0);
});
