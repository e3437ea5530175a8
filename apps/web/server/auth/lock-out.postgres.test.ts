import { connectPrisma } from "@tapline/adapters/prisma";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { SignInTries } from "./sign-in-tries.ts";

let site: TestConsole;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
});
beforeEach(() => site.prisma.signInTry.deleteMany());
afterAll(() => site.stop());

const { email } = adminSignIn;
const nobody = "nobody@console.test";

test("after five wrong passwords no other is taken, nor the right one, in the same words for somebody who is not there", async () => {
  const wrong = { email, password: "not the password" };
  for (let tries = 0; tries < 4; tries++) await signIn(site.console.origin, wrong);
  expect((await signIn(site.console.origin)).response.status).toBe(200);
  expect(await site.prisma.signInTry.count()).toBe(0);
  // What comes next would be held back by the pace of sign-ins, too: it is counted as another process would.
  const elsewhere = new SignInTries(site.prisma, Date.now);
  const address = "127.0.0.1";
  for (const who of [email, nobody])
    for (let tries = 0; tries < 5; tries++) expect(await elsewhere.begin(who, address)).toBe(0);
  const answers = [];
  for (const who of [email, nobody]) {
    const { response } = await signIn(site.console.origin, { ...adminSignIn, email: who });
    const body = (await response.json()) as { code: string; message: string };
    answers.push([response.status, body.code, body.message.replace(/\d+ s/, "N s")]);
    const seconds = Number(response.headers.get("x-retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(30);
  }
  expect(answers[0]).toEqual([429, "LOCKED_OUT", "the password was wrong too often: try again in N s"]);
  expect(answers[1]).toEqual(answers[0]);
});

test("many at once are as many, in every process; another address is not locked; a day later it is forgotten", async () => {
  let now = Date.UTC(2026, 10, 29);
  const other = connectPrisma(site.config.databaseUrl);
  const [here, there] = [site.prisma, other].map((prisma) => new SignInTries(prisma, () => now));
  const both = [here, there].flatMap((tries) => (tries === undefined ? [] : [tries]));
  const waits = await Promise.all(
    Array.from({ length: 12 }, (_, at) => both[at % 2]?.begin(nobody, "10.0.0.1")),
  );
  expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
  expect(waits.filter((wait) => wait === 30_000)).toHaveLength(7);
  expect(await here?.begin(nobody, "10.0.0.2")).toBe(0);
  now += 30_000;
  expect(await there?.begin(nobody, "10.0.0.1")).toBe(0);
  expect(await here?.begin(nobody.toUpperCase(), "10.0.0.1")).toBe(60_000);
  now += 25 * 3_600_000;
  for (let tries = 0; tries < 4; tries++) expect(await here?.begin(nobody, "10.0.0.1")).toBe(0);
  await here?.wasRight(email, "10.0.0.1");
  expect(await site.prisma.signInTry.count()).toBe(1);
  await other.$disconnect();
});

test("of two who sign in at once neither is locked out, though the later one's clock is behind", async () => {
  let now = Date.UTC(2026, 10, 29);
  const tries = new SignInTries(site.prisma, () => now--);
  expect(await tries.begin(email, "10.0.0.3")).toBe(0);
  expect(await tries.begin(email, "10.0.0.3")).toBe(0);
});
