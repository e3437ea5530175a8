import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rig } from "./delivery-rig.fixture.ts";
import { type Fault, reply } from "./ingest-server.fixture.ts";
import { FaultyProxy } from "./proxy.fixture.ts";
import { type StreamFault, StreamServer, status } from "./stream-server.fixture.ts";

let rig: Rig;
let proxies: FaultyProxy[];

beforeEach(async () => {
  rig = await Rig.open();
  proxies = [new FaultyProxy(), new FaultyProxy()];
});
afterEach(async () => {
  await rig.close();
  await Promise.all(proxies.map((proxy) => proxy.close().catch(() => {})));
});

/** Chance that repeats itself (a linear congruential generator, as in Numerical Recipes). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const refusal = { index: 0, status: 503, type: "urn:tapline:problem:unavailable", detail: "", field: "" };

const streamFaults = (): StreamFault[] => [
  // The answer is lost.
  (taps, session) => {
    rig.stream.hold(taps, session);
    session.end(status.UNAVAILABLE, "gone");
    return true;
  },
  // The taps are lost.
  (_, session) => {
    session.end(status.INTERNAL, "gone");
    return true;
  },
  // No answer ever.
  () => true,
  // The answer comes twice, and once more for a batch that never was.
  (taps, session) => {
    rig.stream.take(taps, session);
    rig.stream.ack(taps.batch, session);
    rig.stream.ack(taps.batch + 1000, session);
    return true;
  },
  ({ batch }, session) => {
    rig.stream.ack(batch, session, [{ ...refusal, index: 4000 }]);
    return true;
  },
  ({ batch, taps }, session) => {
    rig.stream.hold({ batch, traceparent: "", taps: taps.slice(1) }, session);
    rig.stream.ack(batch, session, [refusal]);
    return true;
  },
  (taps, session) => {
    rig.stream.hold(taps, session);
    session.garbage(Buffer.from([0xff, 0xff, 0xff, 1]));
    return true;
  },
  () => {
    proxies[0]?.cut();
    return true;
  },
  (taps, session) => {
    // This test's own server: by then the next test may have begun with another one.
    const { stream } = rig;
    setTimeout(() => stream.take(taps, session), 100);
    return true;
  },
  () => {
    rig.ledger.lose(crypto.randomUUID());
    return false;
  },
];

const restFaults = (): Fault[] => [
  (request) => !!request.socket.destroy(),
  (request, _, body) => {
    rig.rest.take(body);
    return !!request.socket.destroy();
  },
  (_, response) => reply(response, 500, "oops") === undefined,
  (_, response) => reply(response, 429, "", { "retry-after": "0" }) === undefined,
  (_, response, body) => {
    reply(response, 202, { ...rig.rest.take(body), results: [] });
    return true;
  },
  () => {
    rig.ledger.lose(crypto.randomUUID());
    return false;
  },
];

describe("whatever goes wrong, each tap ends once, with the bytes that were read", () => {
  it.each([1, 2, 3, 4])("seed %i", async (seed) => {
    const random = chance(seed);
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
    const streamUrl = (await proxies[0]?.listen(rig.streamUrl)) ?? "";
    const restUrl = (await proxies[1]?.listen(rig.restUrl)) ?? "";
    const options = { resendAfterMs: 300, probeAfterMs: 30 };
    let delivery = rig.deliver(options, { streamUrl, restUrl, answerMs: 400 });
    let read = 0;
    for (let round = 0; round < 25; round++) {
      rig.stream.faults.push(pick(streamFaults()));
      rig.rest.faults.push(pick(restFaults()));
      if (random() < 0.2) for (const proxy of proxies) proxy.cut();
      if (random() < 0.1) {
        await rig.stopDeliveries();
        delivery = rig.deliver(options, { streamUrl, restUrl, answerMs: 400 });
      }
      const taps = 1 + Math.floor(random() * 40);
      await rig.taps(taps, delivery);
      read += taps;
    }
    // A lost buffer loses ends that were told, so that its taps are sent again.
    await rig.allEnded(read, 40_000);
    expect(rig.ledger.payloads.size).toBe(read);
    expect([...rig.ends.values()].every((end) => end === "archived")).toBe(true);
    expect(rig.stream.sessions.every(({ overdrawn }) => overdrawn === 0)).toBe(true);
  });
});

it("loses nothing wherever the wire is cut", async () => {
  const streamUrl = (await proxies[0]?.listen(rig.streamUrl)) ?? "";
  const delivery = rig.byStream({}, { streamUrl, answerMs: 2000 });
  let read = 0;
  // TLS, HTTP/2, Hello, and several batches with their answers lie within these bytes.
  for (let cutAfterBytes = 100; cutAfterBytes < 40_000; cutAfterBytes = Math.ceil(cutAfterBytes * 1.35)) {
    for (const proxy of proxies) proxy.cutAfterBytes = cutAfterBytes;
    proxies[0]?.cut();
    await rig.taps(30, delivery);
    read += 30;
  }
  for (const proxy of proxies) proxy.cutAfterBytes = null;
  proxies[0]?.cut();
  await rig.allEnded(read, 40_000);
  expect(rig.ledger.payloads.size).toBe(read);
});

it("sends a server that starts again while it drains what it had not answered", async () => {
  const delivery = rig.byStream();
  const port = Number(new URL(rig.streamUrl).port);
  for (let round = 0; round < 5; round++) {
    await rig.taps(200, delivery);
    await rig.stream.close();
    rig.stream = new StreamServer(rig.pki, rig.ledger);
    await rig.stream.listen(port);
  }
  await rig.allEnded(1000, 40_000);
  expect(rig.ledger.disorder).toEqual([]);
});
