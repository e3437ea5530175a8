import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import { expect, onTestFinished, test, vi } from "vitest";
import { startConsole } from "./start-console.ts";
import { adminSignIn, silentPages, startTestConsole } from "./test-console.fixture.ts";

/** After so many attempts a connection pauses for more than a second between two. */
const untilLongPauses = 5;

test("a console whose Redis has been away for a while ends all the same", async () => {
  const { console, config, prisma, redis, redisServer } = await startTestConsole();
  redis.disconnect();
  const like = connectRedis(config.redisUrl, () => {});
  let attempts = 0;
  like.on("reconnecting", () => attempts++);
  await like.ping();
  await redisServer.stop();
  // Between two attempts nothing ends what waits on a connection, not even that it is ended.
  await vi.waitFor(() => expect(attempts).toBeGreaterThan(untilLongPauses), 60_000);
  like.disconnect();
  await console.close();
  await prisma.$disconnect();
}, 120_000);

test("a console that is stopped right after its start leaves nothing that fails unheard", async () => {
  const { config, stop } = await startTestConsole();
  onTestFinished(stop);
  const unheard: unknown[] = [];
  const note = (reason: unknown) => void unheard.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  for (let round = 0; round < 10; round++) {
    const started = await startConsole({ ...config, port: 0, healthPort: 0 }, silentPages);
    // Each at another point of the connecting: at once, and some milliseconds later.
    if (round > 0) await sleep(round);
    await started.close();
  }
  expect(unheard).toEqual([]);
}, 120_000);

test("behind a proxy that ends TLS, browsers are told to come by TLS alone, and guessing is counted by the address that the proxy heard", async () => {
  const origin = "https://console.test";
  const { console, prisma, stop } = await startTestConsole({ origin, proxies: 1 });
  await console.ensureFirstAdmin(adminSignIn);
  const signInFrom = (address: string, who: object) =>
    fetch(`http://127.0.0.1:${console.port}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin, "x-forwarded-for": address },
      body: JSON.stringify(who),
    });
  const wrong = { ...adminSignIn, password: "not the password" };
  let status = 0;
  // What a guesser writes there himself makes him nobody else.
  for (let i = 0; i < 12 && status !== 429; i++)
    ({ status } = await signInFrom(`198.51.100.${i}, 192.0.2.1`, wrong));
  expect(status).toBe(429);
  const signedIn = await signInFrom("192.0.2.2", adminSignIn);
  expect([signedIn.status, signedIn.headers.get("strict-transport-security")]).toEqual([
    200,
    "max-age=31536000",
  ]);
  expect(await prisma.session.findFirst()).toMatchObject({ ipAddress: "192.0.2.2" });
  await stop();
}, 120_000);
