import { postTapsResponseSchema } from "@tapline/core/tap";
import { rawOf } from "@tapline/core/transfer";
import { Agent, request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { archivedTaps, connectAs as connectTo, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let running: Running[] = [];

beforeAll(async () => {
  path = await setUpPath();
});

afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop(2_000)));
  running = [];
});

afterAll(async () => {
  await path.end();
});

async function start(changes: Record<string, string> = {}): Promise<Running> {
  const worker = await path.start(changes);
  running.push(worker);
  return worker;
}

const connectAs = (agent: string, port: number) => connectTo(path, agent, port);

const countOf = async (tracker: string, trackerSeq: number): Promise<number> =>
  (await archivedTaps(path)).filter((tap) => tap.tracker === tracker && tap.trackerSeq === trackerSeq).length;

describe("the way of a tap", () => {
  test("ends encrypted in the archive, with its receipt back at the agent and nothing left in the buffer", async () => {
    const [tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    const raw = rawTap(tracker!, 1);
    const { verdicts } = await deliver(client, 1, [submit(1, raw)]);
    expect(verdicts.get(1)).toMatchObject({ verdict: "archived" });
    const taps = await archivedTaps(path);
    expect(taps).toHaveLength(1);
    expect(taps[0]).toMatchObject({ tracker: tracker!.id, trackerSeq: 1 });
    expect(rawOf(taps[0])).toEqual(raw);
    const segment = await path.prisma.segment.findFirstOrThrow();
    expect(verdicts.get(1)).toMatchObject({ segment: segment.id });
    expect(await path.prisma.auditEntry.count({ where: { id: segment.id } })).toBe(1);
    await client.close();
  });

  test("a packet tapped twice is archived once; both agents get an answer", async () => {
    const [, tracker] = path.trackers;
    const worker = await start();
    const [one, two] = [connectAs("gate-1", worker.ingestPort!), connectAs("gate-2", worker.ingestPort!)];
    const raw = rawTap(tracker!, 1);
    const first = await deliver(one, 2, [submit(1, raw), submit(2, raw)]);
    const second = await deliver(two, 1, [submit(1, raw)]);
    expect([...first.verdicts.values()].map((v) => v.verdict).toSorted()).toEqual(["archived", "duplicate"]);
    expect(second.verdicts.get(1)).toMatchObject({ verdict: "duplicate" });
    expect(await countOf(tracker!.id, 1)).toBe(1);
    // Each number has its end, by whichever way: the gap ledger counts on it.
    const ended = await path.prisma.duplicateRun.findMany({ orderBy: { agent: "asc" } });
    expect(ended.map(({ agent, epoch }) => [agent, Number(epoch)])).toEqual([
      ["gate-1", 2],
      ["gate-2", 1],
    ]);
    await Promise.all([one.close(), two.close()]);
  });

  test("a tap sent again after its receipt was lost is told that it is archived, not archived again", async () => {
    const [, , tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    const tap = submit(1, rawTap(tracker!, 1));
    const first = await deliver(client, 3, [tap]);
    await client.post({ epoch: 3, taps: [tap] });
    const again = await until("the second receipt", async () => {
      const { receipts } = await client.receipts("0", 500);
      const told = receipts.filter((receipt) => receipt.epoch === 3).flatMap((receipt) => receipt.verdicts);
      return told.length === 2 && told;
    });
    expect(again[1]).toEqual(first.verdicts.get(1));
    expect(await countOf(tracker!.id, 1)).toBe(1);
    await client.close();
  });

  test("what validation refuses lies in quarantine, sealed, with its reason, and its agent is told", async () => {
    const [tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    const forged = Buffer.from(rawTap(tracker!, 90));
    forged[forged.length - 1]! ^= 1;
    const { verdicts } = await deliver(client, 4, [
      submit(1, forged),
      submit(2, Buffer.from("not a tag at all")),
      submit(3, rawTap(tracker!, 91, {}, true)),
      submit(4, rawTap(tracker!, 92)),
      submit(5, rawTap(tracker!, 92, { batteryPercent: 3 })),
    ]);
    const told = (seq: number) => verdicts.get(seq);
    expect(told(1)).toMatchObject({ verdict: "rejected", reason: "bad-signature" });
    expect(told(2)).toMatchObject({ verdict: "rejected", reason: "malformed-ndef" });
    expect(told(3)).toMatchObject({ verdict: "rejected", reason: "unsigned" });
    expect(told(4)).toMatchObject({ verdict: "archived" });
    expect(told(5)).toMatchObject({ verdict: "rejected", reason: "equivocation" });
    const kept = await path.prisma.quarantinedTap.findMany({ where: { epoch: 4n } });
    expect(kept).toHaveLength(4);
    for (const row of kept) expect(Buffer.from(row.sealedPayload).includes("not a tag at all")).toBe(false);
    await client.close();
  });

  test("an agent that uses one number for two packets has the second one refused, in one segment too", async () => {
    const [tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    await deliver(client, 40, [submit(1, rawTap(tracker!, 950)), submit(1, rawTap(tracker!, 951))]);
    const kept = await until("the refused tap", () =>
      path.prisma.quarantinedTap.findFirst({ where: { epoch: 40n } }),
    );
    expect(kept).toMatchObject({ reason: "equivocation", seq: 1n });
    expect([await countOf(tracker!.id, 950), await countOf(tracker!.id, 951)]).toEqual([1, 0]);
    await client.close();
  });

  test("survives the loss of Redis: the agent sends again, and the archive holds each tap once", async () => {
    const [tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    const taps = [200, 201, 202].map((seq) => submit(seq, rawTap(tracker!, seq)));
    const before = await deliver(client, 5, taps);
    await path.wipeRedis();
    const after = await deliver(client, 5, [...taps, submit(203, rawTap(tracker!, 203))]);
    expect(after.generation).not.toBe(before.generation);
    expect([...after.verdicts.values()].map((v) => v.verdict)).toEqual(Array(4).fill("archived"));
    for (const seq of [200, 201, 202, 203]) expect(await countOf(tracker!.id, seq)).toBe(1);
    await client.close();
  });
});

describe("the door", () => {
  test("names the field of a malformed tap and takes the rest of its batch", async () => {
    const [tracker] = path.trackers;
    const worker = await start();
    const client = connectAs("gate-1", worker.ingestPort!);
    await until(
      "the buffer is open",
      async () => (await client.post({ epoch: 6, ...submit(1, rawTap(tracker!, 300)) })).status === 202,
    );
    const bad = { ...submit(3, rawTap(tracker!, 301)), payload: "%%%" };
    const answer = await client.post({
      epoch: 6,
      taps: [submit(2, rawTap(tracker!, 302)), bad, { seq: -1 }],
    });
    expect(answer.status).toBe(207);
    const { results } = postTapsResponseSchema.parse(answer.body);
    expect(results.map((result) => result.status)).toEqual([202, 400, 400]);
    expect(results[1]).toMatchObject({ seq: 3, problem: { field: "/taps/1/payload", status: 400 } });
    const alone = await client.post({ epoch: 6, ...bad });
    expect(alone.status).toBe(400);
    expect(alone.headers["content-type"]).toContain("application/problem+json");
    expect(alone.body).toMatchObject({ type: "urn:tapline:problem:invalid-tap", field: "/payload" });
    const broken = await client.post("{not json");
    expect(broken).toMatchObject({ status: 400, body: { type: "urn:tapline:problem:invalid-request" } });
    await client.close();
  });

  test("refuses whoever shows no agent certificate, but tells everybody its OpenAPI", async () => {
    const worker = await start();
    const dispatcher = new Agent({ connect: { ca: path.files["root.crt"]?.pem ?? "" } });
    const base = `https://localhost:${worker.ingestPort}`;
    const refused = await request(`${base}/v1/receipts`, { dispatcher });
    expect(refused.statusCode).toBe(401);
    expect(await refused.body.json()).toMatchObject({ type: "urn:tapline:problem:unauthenticated" });
    const document = await request(`${base}/v1/openapi.json`, { dispatcher });
    expect(await document.body.json()).toMatchObject({ openapi: "3.1.0", paths: { "/v1/taps": {} } });
    await dispatcher.destroy();
  });

  test("answers a stranger before it reads the body, and hangs up", async () => {
    const worker = await start();
    const dispatcher = new Agent({ connect: { ca: path.files["root.crt"]?.pem ?? "" } });
    const refused = await request(`https://localhost:${worker.ingestPort}/v1/taps`, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", "content-length": "1000000" },
      body: "[".repeat(1_000_000),
    });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers.connection).toBe("close");
    await refused.body.dump();
    await dispatcher.destroy();
  });

  test("refuses a valid certificate that is no agent's", async () => {
    const worker = await start();
    const dispatcher = new Agent({
      connect: {
        ca: path.files["root.crt"]?.pem ?? "",
        cert: path.files["server.crt"]?.pem ?? "",
        key: path.files["server.key"]?.pem ?? "",
      },
    });
    const answer = await request(`https://localhost:${worker.ingestPort}/v1/receipts`, { dispatcher });
    expect([401, 403]).toContain(answer.statusCode);
    await dispatcher.destroy();
  });

  test("is shut while the buffer has no generation: 503 with Retry-After, and nothing is taken", async () => {
    const worker = await start({ ROLE: "ingest" });
    await path.wipeRedis();
    const client = connectAs("gate-1", worker.ingestPort!);
    const answer = await client.post({ epoch: 7, ...submit(1, Buffer.from("x")) });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    await client.close();
  });
});
