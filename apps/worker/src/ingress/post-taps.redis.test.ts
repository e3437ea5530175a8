import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Agent, type Dispatcher, request } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningIngest } from "../roles/ingest.ts";
import { setUpIngest, type TestIngest } from "./stream/ingest.fixture.ts";

const json = { "content-type": "application/json" };
const tap = { seq: 1, readAtEpochMs: 1_790_000_000_000, reader: "reader-1", payload: "AAEC" };
const one = JSON.stringify({ epoch: 1, ...tap });
const tooMuch = 2 * 1024 * 1024 + 1;

let ingest: TestIngest;
let door: RunningIngest;
let agent: Agent;
let stranger: Agent;

beforeAll(async () => {
  ingest = await setUpIngest(["gate-1"]);
  const [ca, cert, key] = ["root.crt", "agent-gate-1.crt", "agent-gate-1.key"].map(ingest.pem);
  agent = new Agent({ connect: { ca, cert, key } as object });
  stranger = new Agent({ connect: { ca } as object });
});
beforeEach(async () => {
  await ingest.redis.flushall();
  await ingest.buffer.openGeneration("life-1");
  ingest.state.revoked.clear();
  ingest.state.known = true;
  ingest.state.aheadMs = 0;
  door = await ingest.start();
});
afterEach(async () => {
  await door.stop(1_000);
});
afterAll(async () => {
  await Promise.all([agent.destroy(), stranger.destroy()]);
  await ingest.end();
});

async function post(
  body: Dispatcher.DispatchOptions["body"] | AsyncGenerator<Buffer>,
  { headers = json, path = "/v1/taps", dispatcher = agent }: Record<string, unknown> = {},
) {
  const answer = await request(`https://localhost:${door.port}${String(path)}`, {
    ...{ method: "POST", body: body as Buffer, headers: headers as Record<string, string> },
    dispatcher: dispatcher as Agent,
  });
  return { status: answer.statusCode, headers: answer.headers, body: (await answer.body.json()) as object };
}

describe("POST /v1/taps", () => {
  test("answers 202 once the tap is in Redis, as it is or packed, with or without a query", async () => {
    const taken = await post(one);
    expect(taken.status).toBe(202);
    expect(taken.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(taken.body).toEqual({
      generation: "life-1",
      results: [{ seq: 1, status: 202, ack: "durable" }],
    });
    expect((await ingest.buffer.backlog()).taps).toBe(1);
    expect((await post(gzipSync(one), { headers: { ...json, "content-encoding": "gzip" } })).status).toBe(
      202,
    );
    expect((await post(one, { path: "/v1/taps?x=1" })).status).toBe(202);
    expect((await post(one, { headers: { "content-type": "Application/JSON; charset=utf-8" } })).status).toBe(
      202,
    );
    expect((await ingest.buffer.backlog()).taps).toBe(4);
  });

  test("takes the good ones of many and names what is wrong with the others", async () => {
    const mixed = await post(JSON.stringify({ epoch: 1, taps: [tap, { ...tap, seq: 2, payload: "A" }] }));
    expect(mixed.status).toBe(207);
    expect(mixed.body).toMatchObject({
      results: [{ status: 202 }, { seq: 2, status: 400, problem: { field: "/taps/1/payload" } }],
    });
    const wrong = await post(JSON.stringify({ epoch: 1, ...tap, reader: "" }));
    expect(wrong.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(wrong).toMatchObject({
      status: 400,
      body: { type: "urn:tapline:problem:invalid-tap", field: "/reader" },
    });
  });

  test("refuses what is no JSON, and another kind of body, and stays open for the next", async () => {
    expect(await post("{")).toMatchObject({
      status: 400,
      body: { type: "urn:tapline:problem:invalid-request" },
    });
    expect((await post("")).status).toBe(400);
    expect((await post(one, { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect((await post(one, { headers: { ...json, "content-encoding": "br" } })).status).toBe(400);
    expect((await post(one)).status).toBe(202);
  });

  test("reads no more of a body than it takes, whether its length is told or not", async () => {
    const packed = gzipSync(Buffer.alloc(tooMuch));
    const headers = { ...json, "content-encoding": "gzip" };
    expect(await post(packed, { headers })).toMatchObject({ status: 413, body: { status: 413 } });
    for (const body of [Buffer.alloc(tooMuch, " "), pieces()]) {
      // The door answers and closes; who still sends may see either first.
      const answer = await post(body).catch((error: { code: string }) => error.code);
      expect([413, "EPIPE", "ECONNRESET", "UND_ERR_SOCKET"]).toContain(
        typeof answer === "string" ? answer : answer.status,
      );
    }
    expect((await ingest.buffer.backlog()).taps).toBe(0);
  });

  test("asks who it is on every request: none or ended 401, revoked 403 on an open connection, not known yet 503", async () => {
    expect(await post(one, { dispatcher: stranger })).toMatchObject({
      status: 401,
      headers: { connection: "close" },
    });
    expect((await post(one)).status).toBe(202);
    ingest.state.revoked.add("gate-1");
    expect(await post(one)).toMatchObject({ status: 403, body: { type: "urn:tapline:problem:revoked" } });
    ingest.state.revoked.clear();
    ingest.state.known = false;
    expect(await post(one)).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    ingest.state.known = true;
    // TLS itself looks at a certificate's end neither on an open connection nor in a session that is resumed.
    ingest.state.aheadMs = 2 * 366 * 24 * 3_600_000;
    expect(await post(one)).toMatchObject({ status: 401, headers: { connection: "close" } });
    expect((await ingest.buffer.backlog()).taps).toBe(1);
  });
});

async function* pieces(): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < tooMuch; sent += 65_536) yield Buffer.alloc(65_536, " ");
}

describe("a door that is to end", () => {
  test("leads agents away one by one, each with an answer, and takes whoever comes meanwhile", async () => {
    const [ca, cert, key] = ["root.crt", "agent-gate-1.crt", "agent-gate-1.key"].map(ingest.pem);
    const agents = Array.from(
      { length: 12 },
      () => new Agent({ connections: 1, connect: { ca, cert, key } as object }),
    );
    let seq = 100;
    const ask = async () => {
      const posts = agents.map((dispatcher) =>
        post(JSON.stringify({ epoch: 1, ...tap, seq: ++seq }), { dispatcher }),
      );
      const answers = await Promise.all(posts);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      return answers.filter(({ headers }) => headers.connection === "close").length;
    };
    try {
      expect(await ask()).toBe(0);
      door.leadAway(3_000);
      const closed: number[] = [];
      // Nobody leaves in the first second; who has left comes again here, since there is no other door, and leaves again.
      expect(await ask()).toBe(0);
      for (const end = performance.now() + 3_200; performance.now() < end; await sleep(100))
        closed.push(await ask());
      expect(closed.reduce((sum, now) => sum + now, 0)).toBeGreaterThanOrEqual(agents.length);
      // All at once would be one burst.
      expect(closed.filter((now) => now > 0).length).toBeGreaterThan(3);
    } finally {
      await Promise.all(agents.map((one) => one.destroy()));
    }
  });
});
