import { status } from "@grpc/grpc-js";
import { DoorNews } from "@tapline/adapters/redis";
import { StreamAckLevel } from "@tapline/core/tap";
import { describe, expect, test } from "vitest";
import { some, useDoor } from "./rig.fixture.ts";
import { streamTap } from "./stream.fixture.ts";

const { rig, stream, ready } = useDoor();

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
    const segment = await rig.ingest.archive();
    expect(segment?.taps).toBe(10);
  });

  test("brings the receipts as they come", async () => {
    const agent = await ready();
    agent.taps(1, some(1, 3));
    await agent.wait("ack");
    const segment = await rig.ingest.archive();
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
    await rig.ingest.archive();
    const [{ next } = { next: "" }] = await first.wait("receipts");
    first.taps(2, some(2, 1));
    await first.wait("ack", 2);
    await rig.ingest.archive();
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
    expect((await rig.ingest.archive())?.taps).toBe(2);
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

describe("what the server tells by itself", () => {
  test("early verdicts, as validation says them", async () => {
    const agent = await ready();
    const hint = {
      epoch: 1,
      accepted: [1],
      duplicate: [2],
      rejected: [{ seq: 3, reason: "unsigned" as const, detail: "d" }],
    };
    const ofNewerRelease = {
      ...hint,
      rejected: [{ seq: 3, reason: "moonstruck" as "unsigned", detail: "d" }],
    };
    await new DoorNews(rig.ingest.redis).tellVerdicts(
      new Map([
        ["gate-1", [ofNewerRelease, hint]],
        ["gate-2", [{ ...hint, accepted: [9] }]],
      ]),
    );
    expect(await agent.wait("verdicts")).toEqual([hint]);
  });

  test("a directive at once, and another one when it changes", async () => {
    const directive = { revision: 3, settings: { buzzer: false }, version: null };
    rig.ingest.state.directives.set("gate-1", directive);
    const agent = await ready();
    const [first] = await agent.wait("directive");
    expect(JSON.parse(first?.directive ?? "")).toEqual(directive);
    rig.ingest.state.directives.set("gate-1", { ...directive, revision: 4 });
    rig.ingest.tellFleet();
    rig.ingest.tellFleet();
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
    expect(rig.ingest.state.reports.at(-1)).toEqual({ agent: "gate-1", report });
    agent.send({ $case: "report", value: { sentAtEpochMs: 78, report: '{"version":9}' } });
    agent.send({ $case: "report", value: { sentAtEpochMs: 79, report: "{" } });
    await agent.wait("reportAnswer", 3);
    agent.taps(1, some(1, 1));
    await agent.wait("ack");
  });

  test("that the buffer was lost and has a new life; receipts begin anew", async () => {
    const agent = await ready();
    await rig.ingest.redis.flushall();
    await rig.ingest.buffer.openGeneration("life-2");
    expect(await agent.wait("generation")).toEqual([{ generation: "life-2" }]);
    agent.taps(1, some(1, 1));
    const [ack] = await agent.wait("ack");
    expect(ack?.generation).toBe("life-2");
    await rig.ingest.archive();
    expect(await agent.wait("receipts")).toHaveLength(1);
  });

  test("no credits while there is no buffer, and then both", async () => {
    await rig.ingest.redis.flushall();
    await rig.door.stop(1_000);
    rig.door = await rig.ingest.start();
    const agent = stream();
    agent.hello();
    const [welcome] = await agent.wait("welcome");
    expect(welcome?.generation).toBe("");
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(agent.credits()).toBe(0);
    await rig.ingest.buffer.openGeneration("life-3");
    expect(await agent.wait("generation")).toEqual([{ generation: "life-3" }]);
    await agent.wait("credits");
  });
});

describe("a server that stops", () => {
  test("answers what it took, and ends its streams so that agents come again", async () => {
    const agent = await ready();
    agent.taps(1, some(1, 8));
    await rig.door.stop(5_000);
    const ended = await agent.status();
    expect(ended.code).toBe(status.UNAVAILABLE);
    const acked = agent.all("ack").length * 8;
    const segment = await rig.ingest.archive();
    expect(segment?.taps ?? 0).toBeGreaterThanOrEqual(acked);
    rig.door = await rig.ingest.start();
    const again = await ready();
    again.taps(1, some(1, 8));
    await again.wait("ack");
  });

  test("leads agents away before, one by one, once what came is answered, and takes whoever comes meanwhile", async () => {
    const here = await ready("gate-1");
    rig.door.leadAway(4_500);
    // Nobody leaves in the first third.
    const late = await ready("gate-2");
    for (const agent of [here, late]) agent.taps(1, some(1, 4));
    for (const agent of [here, late]) await agent.wait("ack");
    const ended = await Promise.all([here.status(), late.status()]);
    expect(ended.map(({ code }) => code)).toEqual([status.UNAVAILABLE, status.UNAVAILABLE]);
    const segment = await rig.ingest.archive();
    expect(segment?.taps).toBe(8);
  });
});
