import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEnvelope } from "@tapline/core/encryption";
import { postTapsResponseSchema, receiptsResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { forkWorker } from "./worker-process.fixture.ts";

const waitMs = 180_000;

let path: TestPath;

beforeAll(async () => {
  path = await setUpPath();
});
afterAll(async () => {
  await path.end();
});

async function archivedNames(): Promise<string[]> {
  const key = { certPem: path.files["archive.crt"]!.pem, keyPem: path.files["archive.key"]!.pem };
  const files = await readdir(path.sshd.rootDir, { recursive: true });
  const objects = files
    .filter((name) => name.endsWith(".manifest.json") && !name.startsWith("quarantine"))
    .map((name) => name.replace(".manifest.json", ".ndjson.gz.p7m"));
  const texts = await Promise.all(
    objects.map(async (name) =>
      gunzipSync(openEnvelope(await readFile(join(path.sshd.rootDir, name)), key)).toString(),
    ),
  );
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { tracker, trackerSeq } = JSON.parse(line);
        return `${tracker}/${trackerSeq}`;
      }),
  );
}

test("a worker killed again and again, at any stage, and once Redis lost: nothing lost, nothing twice", async () => {
  const total = 900;
  const perPost = 30;
  const taps = Array.from({ length: total }, (_, i) => {
    const tracker = path.trackers[i % 3]!;
    const trackerSeq = Math.floor(i / 3) + 1;
    return { name: `${tracker.id}/${trackerSeq}`, seq: i + 1, payload: rawTap(tracker, trackerSeq) };
  });
  const ended = new Set<number>();
  const door = await forkWorker(path, "ingest");
  let pipeline = await forkWorker(path, "buffer,validation,encryption,transfer");
  const tls = {
    ca: path.files["root.crt"]!.pem,
    cert: path.files["agent-gate-1.crt"]!.pem,
    key: path.files["agent-gate-1.key"]!.pem,
  };
  const dispatcher = new Agent({ connect: tls });
  const base = `https://localhost:${door.ingestPort}`;

  const send = async (batch: typeof taps): Promise<boolean> => {
    const answer = await request(`${base}/v1/taps`, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        epoch: 1,
        taps: batch.map(({ seq, payload }) => ({
          seq,
          readAtEpochMs: Date.now(),
          reader: "r",
          payload: payload.toString("base64"),
        })),
      }),
    });
    const body = await answer.body.json();
    return answer.statusCode === 202 && postTapsResponseSchema.safeParse(body).success;
  };
  const gather = async (): Promise<void> => {
    let after = "0";
    for (;;) {
      const answer = await request(`${base}/v1/receipts?after=${after}`, { dispatcher });
      const { next, receipts } = receiptsResponseSchema.parse(await answer.body.json());
      for (const { verdict, seq } of receipts.flatMap((receipt) => receipt.verdicts)) {
        expect(verdict).toBe("archived");
        ended.add(seq);
      }
      if (next === after) return;
      after = next;
    }
  };

  for (let at = 0; at < total; at += perPost) {
    const batch = taps.slice(at, at + perPost);
    await until("the door takes the batch", () => send(batch), waitMs);
    if (at % (perPost * 5) === 0) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      await pipeline.kill();
      if (at === perPost * 15) await path.wipeRedis();
      pipeline = await forkWorker(path, "buffer,validation,encryption,transfer");
    }
  }
  let patienceMs = 750;
  let leftBefore = total;
  await until(
    "every tap has its receipt",
    async () => {
      await gather();
      const left = taps.filter(({ seq }) => !ended.has(seq));
      if (left.length === 0) return true;
      // What an agent does: what has no receipt for long is sent again, more patiently each time, since a slow server would
      // get slower by it.
      if (left.length === leftBefore) {
        for (let at = 0; at < left.length; at += 100) await send(left.slice(at, at + 100));
        patienceMs *= 2;
      }
      leftBefore = left.length;
      await new Promise((resolve) => setTimeout(resolve, patienceMs));
      return false;
    },
    waitMs,
  );
  await Promise.all([pipeline.kill(), door.kill(), dispatcher.destroy()]);
  const names = await archivedNames();
  expect(names.toSorted()).toEqual(taps.map(({ name }) => name).toSorted());
}, 600_000);
