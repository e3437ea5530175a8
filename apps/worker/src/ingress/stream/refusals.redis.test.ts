import { connect } from "node:tls";
import { status } from "@grpc/grpc-js";
import { issueHierarchy } from "@tapline/core/encryption";
import { describe, expect, test } from "vitest";
import { some, useDoor } from "./rig.fixture.ts";
import { openStream, type StreamClient } from "./stream.fixture.ts";

const { rig, open, stream, ready } = useDoor();

describe("who may open a stream", () => {
  const refusedAs = async (client: StreamClient): Promise<number> => {
    open.push(client);
    client.hello();
    return (await client.status()).code;
  };

  test("not who shows no certificate, or one of another authority", async () => {
    const ca = rig.ingest.pem("root.crt");
    expect(await refusedAs(openStream(rig.door.streamPort, { ca }))).toBe(status.UNAUTHENTICATED);
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
    expect(await refusedAs(openStream(rig.door.streamPort, { ca, ...foreign }))).toBe(status.UNAUTHENTICATED);
  });

  test("not a revoked agent, and nobody before the registry was read", async () => {
    rig.ingest.state.revoked.add("gate-1");
    expect(await refusedAs(stream())).toBe(status.PERMISSION_DENIED);
    rig.ingest.state.known = false;
    expect(await refusedAs(stream("gate-2"))).toBe(status.UNAVAILABLE);
  });

  test("a stream that is open ends when its agent is revoked, and no other", async () => {
    const [one, two] = [await ready("gate-1"), await ready("gate-2")];
    rig.ingest.state.revoked.add("gate-1");
    rig.ingest.tellStanding();
    expect((await one.status()).code).toBe(status.PERMISSION_DENIED);
    two.taps(1, some(1, 1));
    await two.wait("ack");
  });

  test("a stream that is open does not outlive its agent's certificate", async () => {
    const one = await ready();
    rig.ingest.state.aheadMs = 2 * 366 * 24 * 3_600_000;
    expect((await one.status()).code).toBe(status.UNAUTHENTICATED);
    expect(await refusedAs(stream())).toBe(status.UNAUTHENTICATED);
  });

  test("an agent's second stream ends its first, at another process too", async () => {
    const first = await ready();
    const second = await ready();
    expect((await first.status()).code).toBe(status.RESOURCE_EXHAUSTED);
    const other = await rig.ingest.start();
    try {
      const third = rig.ingest.open("gate-1", other.streamPort);
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
    const socket = connect({ port: rig.door.streamPort, maxVersion: "TLSv1.2", rejectUnauthorized: false });
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

  test("epochs without end are no agent's to name", async () => {
    for (let epoch = 1; epoch <= 30; epoch++) (await ready("gate-1", { epoch })).close();
    const more = stream();
    more.hello({ epoch: 31 });
    expect((await more.status()).code).toBe(status.RESOURCE_EXHAUSTED);
    (await ready("gate-1", { epoch: 30 })).close();
    await ready("gate-2", { epoch: 31 });
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
