import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, SegmentBuffer } from "./index.ts";

/** What an error looks like in the log of a worker. */
function logged(err: unknown): string {
  const lines: string[] = [];
  pino({}, { write: (line) => void lines.push(line) }).error({ err }, "it failed");
  return lines.join("");
}

test("an error of Redis holds neither password nor frame, so that no log does", async () => {
  const server = await ownRedis({ password: "right-password" });
  onTestFinished(() => server.stop());
  const wrongUrl = server.url.replace("right-password", "wrong-password");
  const denied = await new Promise<Error>((resolve) => {
    const redis = connectRedis(wrongUrl, resolve);
    onTestFinished(() => redis.disconnect());
  });
  expect(denied.message).toContain("WRONGPASS");
  expect(logged(denied)).not.toContain("wrong-password");

  const redis = connectRedis(server.url, () => undefined);
  onTestFinished(() => redis.disconnect());
  const buffer = new SegmentBuffer(redis);
  await buffer.openGeneration("life-1");
  await redis.lpush("tapline:{p0}:frames", "of another type");
  const failure = await buffer
    .append(Buffer.from("what a tap says"), 1, "door")
    .catch((error: unknown) => error);
  expect(String(failure)).toContain("WRONGTYPE");
  expect(logged(failure)).not.toContain("what a tap says");
  // As a Buffer comes into a log.
  expect(logged(failure)).not.toContain([...Buffer.from("what a tap says")].join(","));
});
