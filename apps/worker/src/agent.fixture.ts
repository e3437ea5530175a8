import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEnvelope } from "@tapline/core/encryption";
import { postTapsResponseSchema, receiptsResponseSchema, type Verdict } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { type TestPath, until } from "./path.fixture.ts";

/** An agent's connection to the door. */
export function connectAs(path: Pick<TestPath, "files">, agent: string, port: number) {
  const pem = (name: string): string => path.files[name]?.pem ?? "";
  const dispatcher = new Agent({
    connect: { ca: pem("root.crt"), cert: pem(`agent-${agent}.crt`), key: pem(`agent-${agent}.key`) },
  });
  const base = `https://localhost:${port}`;
  return {
    post: async (body: unknown) => {
      const answer = await request(`${base}/v1/taps`, {
        dispatcher,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
    },
    receipts: async (after: string, waitMs = 0) => {
      const answer = await request(`${base}/v1/receipts?after=${after}&waitMs=${waitMs}`, { dispatcher });
      return receiptsResponseSchema.parse(await answer.body.json());
    },
    report: async (report: unknown) => {
      const answer = await request(`${base}/v1/report`, {
        ...{ dispatcher, method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify(report),
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`the door answered a report by ${answer.statusCode}`);
    },
    close: () => dispatcher.destroy(),
  };
}

export type Client = ReturnType<typeof connectAs>;

export const submit = (seq: number, payload: Buffer) => ({
  seq,
  readAtEpochMs: Date.now(),
  reader: "reader-1",
  payload: payload.toString("base64"),
});

export type Submitted = ReturnType<typeof submit>;

/** Posts until the door takes the taps. */
export async function send(client: Client, epoch: number, taps: Submitted[]): Promise<string> {
  const { generation } = await until("the door takes taps", async () => {
    const answer = await client.post({ epoch, taps });
    return answer.status === 202 && postTapsResponseSchema.parse(answer.body);
  });
  return generation;
}

/** Gathers verdicts until each of `taps` has one. */
export async function gather(client: Client, epoch: number, taps: Submitted[], timeoutMs = 10_000) {
  const verdicts = new Map<number, Verdict>();
  let after = "0";
  await until(
    "every tap has its verdict",
    async () => {
      const { next, receipts } = await client.receipts(after, 500);
      after = next;
      for (const receipt of receipts)
        if (receipt.epoch === epoch)
          for (const verdict of receipt.verdicts) verdicts.set(verdict.seq, verdict);
      return taps.every(({ seq }) => verdicts.has(seq));
    },
    timeoutMs,
  );
  return verdicts;
}

/** Posts until the buffer is open, then gathers verdicts until each of `taps` has one. */
export async function deliver(client: Client, epoch: number, taps: Submitted[], timeoutMs = 10_000) {
  const generation = await send(client, epoch, taps);
  return { generation, verdicts: await gather(client, epoch, taps, timeoutMs) };
}

/** Every tap in the archive, by decrypting all committed objects with the archive key. */
export async function archivedTaps(
  path: TestPath,
  rootDir = path.sshd.rootDir,
): Promise<{ tracker: string; trackerSeq: number; raw: string }[]> {
  const names = await readdir(rootDir, { recursive: true });
  const manifests = names.filter((name) => name.endsWith(".manifest.json") && !name.includes("quarantine"));
  const key = {
    certPem: path.files["archive.crt"]?.pem ?? "",
    keyPem: path.files["archive.key"]?.pem ?? "",
  };
  const texts = await Promise.all(
    manifests.map(async (name) => {
      const object = await readFile(join(rootDir, name.replace(".manifest.json", ".ndjson.gz.p7m")));
      return gunzipSync(openEnvelope(object, key)).toString("utf8");
    }),
  );
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
}

/** What an agent does with a tap that it keeps: sends it until it has its end. */
export async function deliverSurely(
  client: Client,
  epoch: number,
  taps: Submitted[],
  timeoutMs = 60_000,
): Promise<Map<number, Verdict>> {
  return await until(
    "every tap has its end",
    async () => {
      const isTaken = await client.post({ epoch, taps }).then(
        ({ status }) => status === 202,
        () => false,
      );
      return isTaken && (await gather(client, epoch, taps, 5_000).catch(() => null));
    },
    timeoutMs,
  );
}
