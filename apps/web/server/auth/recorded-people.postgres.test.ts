import { auditEntrySchema } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let site: TestConsole;
let adminId: string;
/** Entries that stood before a test. */
let before: number;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ id: adminId } = await site.prisma.user.findFirstOrThrow());
});
beforeEach(async () => {
  before = await site.prisma.auditEntry.count();
});
afterAll(() => site.stop());

const post = (path: string, body: unknown, cookie = "") =>
  fetch(`${site.console.origin}/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });

async function written() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => {
    const text = Buffer.from(bytes).toString("utf8");
    // Ids are all that an entry may hold of a person.
    expect(text).not.toMatch(/@|console\.test|127\.0\.0\.1/);
    const { actor, action, subject, facts, ...rest } = auditEntrySchema.parse(JSON.parse(text));
    const after = "after" in rest ? { after: rest.after } : {};
    return { actor: `${actor.kind} ${actor.id}`, action, subject, facts, ...after };
  });
}

test("the first admin has one entry", async () => {
  const entries = await site.prisma.auditEntry.findMany();
  expect(entries.map(({ action }) => action)).toEqual(["user.first-admin"]);
});

test("signing in and out is written down", async () => {
  const { cookie } = await signIn(site.console.origin);
  await post("sign-out", {}, cookie);
  const [subject, actor] = [`user/${adminId}`, `operator ${adminId}`];
  expect(await written()).toMatchObject([
    { actor, action: "session.started", subject, facts: { secondFactor: false } },
    { action: "session.ended", subject },
  ]);
});

test("a refused sign-in is written down, of somebody unknown too", async () => {
  await post("sign-in/email", { ...adminSignIn, password: "wrong password, sorry" });
  await post("sign-in/email", { ...adminSignIn, email: "nobody@console.test" });
  expect(await written()).toEqual([
    {
      ...{ actor: "job console", action: "session.refused", subject: `user/${adminId}` },
      facts: { secondFactor: false, status: 401 },
    },
    {
      ...{ actor: "job console", action: "session.refused", subject: "user/unknown" },
      facts: { secondFactor: false, status: 401 },
    },
  ]);
});

test("a sign-in that cannot be written down does not take place", async () => {
  await site.prisma.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
  try {
    const { response, cookie } = await signIn(site.console.origin);
    expect(response.status).toBe(500);
    expect(cookie).not.toContain("session_token");
  } finally {
    await site.prisma.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect((await signIn(site.console.origin)).response.status).toBe(200);
});
