import { freePort } from "@tapline/tools/servers";
import { ownRedis } from "@tapline/tools/test-servers";
import { expect, test, vi } from "vitest";
import { startTestConsole } from "./test-console.fixture.ts";

const within = { timeout: 20_000, interval: 50 };

test("is ready once its stores have answered, stays so where one goes away, and is not from the moment it is to leave", async () => {
  const [port, password] = [await freePort(), "0123456789abcdef"];
  const { console, stop } = await startTestConsole({ redisUrl: `redis://:${password}@127.0.0.1:${port}` });
  const ask = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${console.healthPort}${path}`)).status;
  try {
    expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 503]);
    const redis = await ownRedis({ port, password });
    await vi.waitFor(async () => expect(await ask("/readyz")).toBe(200), within);
    await redis.stop();
    expect(await ask("/readyz")).toBe(200);
    console.leave();
    expect([await ask("/healthz"), await ask("/readyz")]).toEqual([200, 503]);
  } finally {
    await stop();
  }
}, 60_000);
