import { Worker } from "bullmq";
import { expect, test } from "vitest";
import { sharedRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis } from "../redis/index.ts";
import { tellErrors } from "./tell-errors.ts";

test("what befalls a worker beside locks that could not be renewed is told, and each of those once", async () => {
  const { url, prefix } = sharedRedis();
  const redis = connectRedis(url, () => undefined);
  const worker = new Worker("any", async () => undefined, { connection: redis, prefix, autorun: false });
  const [told, takenOver]: [string[], number[]] = [[], []];
  tellErrors(worker, {
    onError: ({ message }) => void told.push(message),
    onTakenOver: (attempts) => void takenOver.push(attempts),
  });
  const fail = (message: string) => worker.emit("error", new Error(message));
  try {
    worker.emit("lockRenewalFailed", ["a", "b"]);
    fail("READONLY You can't write against a read only replica.");
    fail("could not renew lock for job a");
    fail("could not renew lock for job c");
    fail("could not renew lock for job b");
    fail("could not renew lock for job b");
    expect(takenOver).toEqual([2]);
    expect(told).toEqual([
      "READONLY You can't write against a read only replica.",
      "could not renew lock for job c",
      "could not renew lock for job b",
    ]);
  } finally {
    await worker.close(true);
    redis.disconnect();
  }
});
