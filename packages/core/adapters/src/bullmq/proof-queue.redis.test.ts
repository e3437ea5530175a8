import { ownRedis } from "@tapline/tools/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { connectRedis, queuePrefix } from "../redis/index.ts";
import { ProofQueue } from "./index.ts";

const most = 50;

test("of many who ask at once, and of no worker, so many wait, and no more jobs lie there", async () => {
  const server = await ownRedis();
  const redis = connectRedis(server.url, () => undefined);
  const queue = new ProofQueue(redis, queuePrefix);
  onTestFinished(async () => {
    await queue.close(0);
    redis.disconnect();
    await server.stop();
  });
  const ask = (seq: number) => queue.ask({ tracker: "t", epoch: 1, seq }, 1_000);
  const ends = await Promise.allSettled(Array.from({ length: 2 * most }, (_, seq) => ask(seq)));
  const codes = ends.map((end) => (end.status === "rejected" ? end.reason.code : "made"));
  expect(codes.filter((code) => code === "unavailable")).toHaveLength(most);
  expect(codes.filter((code) => code === "overloaded")).toHaveLength(most);
  expect(await redis.llen(`${queuePrefix}:proof:wait`)).toBe(most);
  await expect(ask(2 * most)).rejects.toMatchObject({ code: "overloaded" });
});
