import { connectRedis } from "@tapline/adapters/redis";
import { expect, test, vi } from "vitest";
import { startTestConsole } from "./test-console.fixture.ts";

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
