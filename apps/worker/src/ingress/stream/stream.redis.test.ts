import { connect } from "node:tls";
import { status } from "@grpc/grpc-js";
import { DoorNews } from "@tapline/adapters/redis";
import { issueHierarchy } from "@tapline/core/encryption";
import { StreamAckLevel } from "@tapline/core/tap";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningIngest } from "../../roles/ingest.ts";
import { setUpIngest, type TestIngest } from "./ingest.fixture.ts";
import { openStream, type StreamClient, streamTap } from "./stream.fixture.ts";

let ingest: TestIngest;
let door: RunningIngest;
const open: StreamClient[] = [];

beforeAll(async () => {
  ingest = await setUpIngest(["gate-1", "gate-2"]);
});
beforeEach(async () => {
  await ingest.redis.flushall();
  await ingest.buffer.openGeneration("life-1");
  ingest.state.revoked.clear();
  ingest.state.known = true;
  ingest.state.directives.clear();
  door = await ingest.start();
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  await door.stop(5_000);
});
afterAll(async () => {
  await ingest.end();
});

function stream(agent = "gate-1", options?: Record<string, number>): StreamClient {
  const opened = ingest.open(agent, door.streamPort, options);
  open.push(opened);
  return opened;
}

/** A stream that was welcomed and has credits. */
async function ready(agent = "gate-1", hello = {}): Promise<StreamClient> {
  const opened = stream(agent);
  opened.hello(hello);
  await opened.wait("credits");
  return opened;
}

const some = (from: number, count: number) => Array.from({ length: count }, (_, i) => streamTap(from + i));

describe("a stream", () => {
  test("is welcomed, gets credits, and hears of each batch once it is durable, in order", async () => {
    const agent = await ready();
    expect(agent.told[0]).toEqual({
      $case: "welcome",
      value: { generation: "life-1", highestLevel: StreamAckLevel.ACK_LEVEL_ARCHIVED },
    });
    for (let batch = 1; batch <= 5; batch++) agent.taps(batch, some(batch * 2, 2));
    const acks = await agent.wait("ack", 5);
    expect(acks.map(({ batch, level, generation, refused }) => [batch, level, generation, refused])).toEqual(
      [1, 2, 3, 4, 5].map((batch) => [batch, StreamAckLevel.ACK_LEVEL_DURABLE, "life-1", []]),
    );
    const segment = await ingest.archive();
    expect(segment?.taps).toBe(10);
  });

  test("brings the receipts as they come", async () => {
    const agent = await ready();
    agent.taps(1, some(1, 3));
    await agent.wait("ack");
    const segment = await ingest.archive();
    const [receipts] = await agent.wait("receipts");
    expect(receipts?.receipts[0]).toMatchObject({
      epoch: 1,
      level: StreamAckLevel.ACK_LEVEL_ARCHIVED,
      archived: [{ segment: segment?.id, seqs: [1, 2, 3] }],
    });
    expect(receipts?.next).toMatch(/^\d+-\d+$/);
  });

  test("goes on with the receipts after the cursor that the agent names", async () => {
    const first = await ready();
    first.taps(1, some(1, 1));
    await first.wait("ack");
    await ingest.archive();
    const [{ next } = { next: "" }] = await first.wait("receipts");
    first.taps(2, some(2, 1));
    await first.wait("ack", 2);
    await ingest.archive();
    await first.wait("receipts", 2);
    first.close();
    const second = await ready("gate-1", { receiptsAfter: next, generation: "life-1" });
    const again = await second.wait("receipts");
    expect(again.flatMap(({ receipts }) => receipts.flatMap(({ archived }) => archived[0]?.seqs))).toEqual([
      2,
    ]);
  });

  test("tells of each batch twice where the agent wants to know that it arrived", async () => {
    const agent = await ready("gate-1", { wantAccepted: true });
    agent.taps(1, some(1, 1));
    const levels = (await agent.wait("ack", 2)).map(({ level }) => level);
    expect(levels).toEqual([StreamAckLevel.ACK_LEVEL_ACCEPTED, StreamAckLevel.ACK_LEVEL_DURABLE]);
  });

  test("names the field of a tap that the door does not take, and takes the others", async () => {
    const agent = await ready();
    agent.taps(1, [
      streamTap(1),
      streamTap(2, Buffer.alloc(0)),
      streamTap(3, Buffer.from("x"), { reader: "" }),
      streamTap(4, Buffer.alloc(32 * 1024 + 1)),
      streamTap(5, Buffer.from("x"), { traceparent: "nonsense" }),
      streamTap(6),
    ]);
    const [ack] = await agent.wait("ack");
    expect(ack?.refused.map(({ index, status: code, field }) => [index, code, field])).toEqual([
      [1, 400, "/taps/1/payload"],
      [2, 400, "/taps/2/reader"],
      [3, 400, "/taps/3/payload"],
      [4, 400, "/taps/4/traceparent"],
    ]);
    expect(ack?.refused[0]?.type).toBe("urn:tapline:problem:invalid-tap");
    expect((await ingest.archive())?.taps).toBe(2);
    agent.taps(2, [streamTap(7, Buffer.alloc(0))]);
    const [, all] = await agent.wait("ack", 2);
    expect(all).toMatchObject({ batch: 2, generation: "", refused: [{ index: 0 }] });
  });

  test("may be compressed", async () => {
    const agent = stream("gate-1", { "grpc.default_compression_algorithm": 2 });
    agent.hello();
    await agent.wait("credits");
    agent.taps(1, [streamTap(1, Buffer.alloc(30_000))]);
    expect(await agent.wait("ack")).toHaveLength(1);
  });

  test("is half-closed by an agent that goes: what came is answered, and the end is well", async () => {
    const agent = await ready();
    agent.taps(1, some(1, 4));
    agent.call.end();
    expect((await agent.status()).code).toBe(status.OK);
    expect(agent.all("ack")).toHaveLength(1);
  });
});

describe("who may open a stream", () => {
  const refusedAs = async (client: StreamClient): Promise<number> => {
    open.push(client);
    client.hello();
    return (await client.status()).code;
  };

  test("not who shows no certificate, or one of another authority", async () => {
    const ca = ingest.pem("root.crt");
    expect(await refusedAs(openStream(door.streamPort, { ca }))).toBe(status.UNAUTHENTICATED);
    const others = await issueHierarchy({
      nowEpochMs: Date.now(),
      organisation: "Other",
      agents: ["gate-1"],
      hosts: [],
    });
    const foreign = {
      cert: others["agent-gate-1.crt"]?.pem ?? "",
      key: others["agent-gate-1.key"]?.pem ?? "",
    };
    expect(await refusedAs(openStream(door.streamPort, { ca, ...foreign }))).toBe(status.UNAUTHENTICATED);
  });

  test("not a revoked agent, and nobody before the registry was read", async () => {
    ingest.state.revoked.add("gate-1");
    expect(await refusedAs(stream())).toBe(status.PERMISSION_DENIED);
    ingest.state.known = false;
    expect(await refusedAs(stream("gate-2"))).toBe(status.UNAVAILABLE);
  });

  test("a stream that is open ends when its agent is revoked, and no other", async () => {
    const [one, two] = [await ready("gate-1"), await ready("gate-2")];
    ingest.state.revoked.add("gate-1");
    ingest.tellStanding();
    expect((await one.status()).code).toBe(status.PERMISSION_DENIED);
    two.taps(1, some(1, 1));
    await two.wait("ack");
  });

  test("an agent's second stream ends its first, at another process too", async () => {
    const first = await ready();
    const second = await ready();
    expect((await first.status()).code).toBe(status.RESOURCE_EXHAUSTED);
    const other = await ingest.start();
    try {
      const third = ingest.open("gate-1", other.streamPort);
      open.push(third);
      third.hello();
      await third.wait("credits");
      expect((await second.status()).code).toBe(status.RESOURCE_EXHAUSTED);
      third.taps(1, some(1, 1));
      await third.wait("ack");
    } finally {
      await other.stop(1_000);
    }
  });

  test("no TLS below 1.3 is spoken", async () => {
    const socket = connect({ port: door.streamPort, maxVersion: "TLSv1.2", rejectUnauthorized: false });
    const code = await new Promise((resolve) => {
      socket.on("error", (error) => resolve("code" in error ? error.code : error.message));
      socket.on("secureConnect", () => resolve("connected"));
    });
    expect(code).not.toBe("connected");
    socket.destroy();
  });
});

describe("a message that breaks the protocol ends the stream by name", () => {
  const invalid = async (agent: StreamClient): Promise<string> => {
    const ended = await agent.status();
    expect(ended.code).toBe(status.INVALID_ARGUMENT);
    return ended.details;
  };

  test("taps before Hello, Hello twice, a cursor that is none, epoch 0", async () => {
    const early = stream();
    early.taps(1, some(1, 1));
    expect(await invalid(early)).toContain("Hello");
    const twice = await ready();
    twice.hello();
    expect(await invalid(twice)).toContain("once");
    const cursor = stream();
    cursor.hello({ receiptsAfter: "yesterday" });
    expect(await invalid(cursor)).toContain("cursor");
    const epoch = stream();
    epoch.hello({ epoch: 0 });
    expect(await invalid(epoch)).toContain("epoch");
  });

  test("no tap, too many, a batch number that does not rise", async () => {
    const none = await ready();
    none.taps(1, []);
    await invalid(none);
    const many = await ready();
    many.taps(1, some(1, 501));
    await invalid(many);
    const batch = await ready();
    batch.taps(1, some(1, 1));
    batch.taps(1, some(2, 1));
    expect(await invalid(batch)).toContain("batch");
  });

  test("bytes that are no message, a message without content, a number beyond what is exact", async () => {
    const garbage = await ready();
    garbage.call.write(Buffer.from("ff00ff00ff", "hex"));
    await invalid(garbage);
    const empty = await ready();
    empty.call.write(Buffer.alloc(0));
    await invalid(empty);
    const huge = await ready();
    // Hello with epoch 2^63: field 1, length 11, field 1 varint.
    huge.call.write(Buffer.from("0a0b0880808080808080808001", "hex"));
    await invalid(huge);
    const bomb = await ready();
    // Taps with 200,000 empty taps.
    const inner = Buffer.alloc(400_000, Buffer.from("1200", "hex"));
    bomb.call.write(Buffer.concat([Buffer.from("1280b518", "hex"), inner]));
    await invalid(bomb);
  });

  test("a message beyond 2 MiB, packed or not", async () => {
    const large = await ready();
    large.call.write(Buffer.alloc(2 * 1024 * 1024 + 1));
    expect((await large.status()).code).toBe(status.RESOURCE_EXHAUSTED);
    const packed = stream("gate-1", { "grpc.default_compression_algorithm": 2 });
    packed.call.write(Buffer.alloc(64 * 1024 * 1024));
    expect((await packed.status()).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test("more taps than credits; nothing is lost, since nothing was answered", async () => {
    const agent = await ready();
    const granted = agent.credits();
    agent.taps(1, some(1, Math.min(500, granted + 1)));
    for (let batch = 2; agent.isOpen() && batch < 50; batch++) agent.taps(batch, some(batch * 500, 500));
    expect((await agent.status()).code).toBe(status.RESOURCE_EXHAUSTED);
  });
});

describe("what the server tells by itself", () => {
  test("early verdicts, as validation says them", async () => {
    const agent = await ready();
    const hint = {
      epoch: 1,
      accepted: [1],
      duplicate: [2],
      rejected: [{ seq: 3, reason: "unsigned" as const, detail: "d" }],
    };
    await new DoorNews(ingest.redis).tellVerdicts(
      new Map([
        ["gate-1", [hint]],
        ["gate-2", [{ ...hint, accepted: [9] }]],
      ]),
    );
    expect(await agent.wait("verdicts")).toEqual([hint]);
  });

  test("a directive at once, and another one when it changes", async () => {
    const directive = { revision: 3, settings: { buzzer: false }, version: null };
    ingest.state.directives.set("gate-1", directive);
    const agent = await ready();
    const [first] = await agent.wait("directive");
    expect(JSON.parse(first?.directive ?? "")).toEqual(directive);
    ingest.state.directives.set("gate-1", { ...directive, revision: 4 });
    ingest.tellFleet();
    ingest.tellFleet();
    expect(await agent.wait("directive", 2)).toHaveLength(2);
  });

  test("two clock readings for each report, which reaches the fleet; one that does not read stops nothing", async () => {
    const agent = await ready();
    const report = {
      version: "1.0.0",
      platform: "linux-x64",
      startedAtEpochMs: 1,
      configRevision: 0,
      link: "grpc",
      clockSkewMs: null,
      outbox: { epoch: 1, nextSeq: 5, taps: 0, bytes: 0, oldestAgeMs: 0 },
      paused: null,
      readers: { ready: 2 },
      certificateEndsAtEpochMs: null,
    };
    agent.send({ $case: "report", value: { sentAtEpochMs: 77, report: JSON.stringify(report) } });
    const [answer] = await agent.wait("reportAnswer");
    expect(answer?.sentAtEpochMs).toBe(77);
    expect(Math.abs((answer?.receivedAtEpochMs ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(answer?.answeredAtEpochMs).toBeGreaterThanOrEqual(answer?.receivedAtEpochMs ?? Number.NaN);
    expect(ingest.state.reports.at(-1)).toEqual({ agent: "gate-1", report });
    agent.send({ $case: "report", value: { sentAtEpochMs: 78, report: '{"version":9}' } });
    agent.send({ $case: "report", value: { sentAtEpochMs: 79, report: "{" } });
    await agent.wait("reportAnswer", 3);
    agent.taps(1, some(1, 1));
    await agent.wait("ack");
  });

  test("that the buffer was lost and has a new life; receipts begin anew", async () => {
    const agent = await ready();
    await ingest.redis.flushall();
    await ingest.buffer.openGeneration("life-2");
    expect(await agent.wait("generation")).toEqual([{ generation: "life-2" }]);
    agent.taps(1, some(1, 1));
    const [ack] = await agent.wait("ack");
    expect(ack?.generation).toBe("life-2");
    await ingest.archive();
    expect(await agent.wait("receipts")).toHaveLength(1);
  });

  test("no credits while there is no buffer, and then both", async () => {
    await ingest.redis.flushall();
    await door.stop(1_000);
    door = await ingest.start();
    const agent = stream();
    agent.hello();
    const [welcome] = await agent.wait("welcome");
    expect(welcome?.generation).toBe("");
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(agent.credits()).toBe(0);
    await ingest.buffer.openGeneration("life-3");
    expect(await agent.wait("generation")).toEqual([{ generation: "life-3" }]);
    await agent.wait("credits");
  });
});

describe("a server that stops", () => {
  test("answers what it took, and ends its streams so that agents come again", async () => {
    const agent = await ready();
    agent.taps(1, some(1, 8));
    await door.stop(5_000);
    const ended = await agent.status();
    expect(ended.code).toBe(status.UNAVAILABLE);
    const acked = agent.all("ack").length * 8;
    const segment = await ingest.archive();
    expect(segment?.taps ?? 0).toBeGreaterThanOrEqual(acked);
    door = await ingest.start();
    const again = await ready();
    again.taps(1, some(1, 8));
    await again.wait("ack");
  });
});
