import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Rig } from "./delivery-rig.fixture.ts";
import { credentialsOf, issuePki, reply } from "./ingest-server.fixture.ts";
import { FaultyProxy } from "./proxy.fixture.ts";
import { StreamServer, status } from "./stream-server.fixture.ts";

let rig: Rig;
let proxy: FaultyProxy;

beforeEach(async () => {
  rig = await Rig.open();
  proxy = new FaultyProxy();
});
afterEach(async () => {
  await rig.close();
  await proxy.close().catch(() => {});
});

async function reopenStream(): Promise<void> {
  rig.stream = new StreamServer(rig.pki, rig.ledger);
  await rig.stream.listen(Number(new URL(rig.streamUrl).port));
}

const served = () => rig.links.filter((link) => link !== null);

it("takes REST where gRPC cannot be reached, says so once, and takes gRPC again when it can", async () => {
  await rig.stream.close();
  const delivery = rig.deliver({ probeAfterMs: 50 });
  await rig.taps(50, delivery);
  await rig.allEnded(50);
  expect(served()).toEqual(["rest"]);
  expect(rig.notices.map(({ text }) => text)).toEqual(["taps go by REST now"]);
  expect(rig.notices[0]?.facts.why).toContain("cannot be reached");
  expect([delivery.connected, delivery.trouble]).toEqual([true, null]);
  await reopenStream();
  await rig.until(() => expect(served()).toEqual(["rest", "grpc"]));
  await rig.taps(50, delivery);
  await rig.allEnded(100);
  expect(rig.stream.batches.flat()).toHaveLength(50);
  expect(rig.links).toEqual(["rest", "grpc"]);
  expect(rig.stream.sessions).toHaveLength(1);
  expect(rig.ledger.disorder).toEqual([]);
});

it("takes REST where streams open and break at once, as behind a proxy that cuts them", async () => {
  rig.stream.onHello = (session) => session.end(status.INTERNAL, "no streams here");
  const delivery = rig.deliver();
  await rig.taps(5, delivery);
  await rig.allEnded(5);
  expect(served()).toEqual(["rest"]);
  rig.stream.onHello = null;
});

it("neither loses nor reorders taps while links change under load", async () => {
  const streamUrl = await proxy.listen(rig.streamUrl);
  const delivery = rig.deliver({ probeAfterMs: 20 }, { streamUrl });
  let read = 0;
  for (let round = 0; round < 6; round++) {
    await rig.taps(300, delivery);
    if (round % 2 === 0) {
      await rig.stream.close();
      proxy.cut();
    } else await reopenStream();
    await rig.taps(300, delivery);
    read += 600;
  }
  await rig.allEnded(read);
  expect(new Set(served())).toEqual(new Set(["grpc", "rest"]));
  expect(rig.ledger.disorder).toEqual([]);
});

it("finds a half-open stream by its PINGs, and sends what was on it again", async () => {
  const streamUrl = await proxy.listen(rig.streamUrl);
  const delivery = rig.deliver({}, { streamUrl, pingEveryMs: 200, pingAnswerMs: 200, answerMs: 1000 });
  await rig.taps(10, delivery);
  await rig.allEnded(10);
  proxy.freeze();
  const frozeMs = performance.now();
  await rig.taps(20, delivery);
  await rig.until(() => expect(rig.links).toContain(null));
  expect(performance.now() - frozeMs).toBeLessThan(5000);
  await rig.allEnded(30);
  expect(served()).toEqual(["grpc", "rest"]);
});

it("gives up on an answer to a batch that never comes", async () => {
  rig.stream.faults = [() => true];
  const delivery = rig.byStream({}, { answerMs: 300 });
  await rig.taps(5, delivery);
  await rig.allEnded(5);
  expect(rig.stream.sessions.length).toBeGreaterThan(1);
});

it("goes on with new credentials, once batches under way have their answer", async () => {
  const held: (() => void)[] = [];
  rig.stream.faults = [
    (taps, session) => {
      held.push(() => rig.stream.take(taps, session));
      return true;
    },
  ];
  const delivery = rig.deliver();
  await rig.taps(5, delivery);
  await rig.until(() => expect(held).toHaveLength(1));
  const renewed = await issuePki();
  delivery.renewed();
  await rig.taps(5, delivery);
  expect(rig.stream.sessions).toHaveLength(1);
  held[0]?.();
  await rig.allEnded(10);
  expect(rig.stream.sessions).toHaveLength(2);
  expect(rig.stream.batches.flat().sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  // Credentials of strangers are not taken: they are the ones that are used.
  rig.credentials = { ...credentialsOf(renewed), ca: credentialsOf(rig.pki).ca };
  delivery.renewed();
  await rig.until(() => expect(delivery.trouble).not.toBeNull());
  rig.credentials = credentialsOf(rig.pki);
  delivery.renewed();
  await rig.tap(delivery);
  await rig.allEnded(11);
  await rig.until(() => expect(delivery.trouble).toBeNull());
});

it("keeps to the link that a setting names, and follows when it changes", async () => {
  const delivery = rig.byRest();
  await rig.tap(delivery);
  await rig.allEnded(1);
  delivery.configure({ link: "grpc", releaseAt: "archived", reportEveryMs: 60_000 });
  await rig.until(() => expect(served()).toEqual(["rest", "grpc"]));
  delivery.configure({ link: "rest", releaseAt: "archived", reportEveryMs: 60_000 });
  await rig.until(() => expect(served()).toEqual(["rest", "grpc", "rest"]));
  await rig.tap(delivery);
  await rig.allEnded(2);
});

it("keeps to its waits where credentials change while the server is away", async () => {
  const streamUrl = await proxy.listen(rig.streamUrl);
  await rig.stream.close();
  const delivery = rig.byStream({ random: () => 0.9 }, { streamUrl });
  await rig.until(() => expect(delivery.trouble).not.toBeNull());
  const before = proxy.connections;
  delivery.renewed();
  await rig.until(() => expect(proxy.connections).toBeGreaterThan(before));
  await sleep(1000);
  // Each try is a stream, and a look at why it did not open.
  expect(proxy.connections - before).toBeLessThan(12);
});

it("waits for a server that is wholly away, says so once, and drains when it is back", async () => {
  await rig.stream.close();
  rig.rest.always = (_, response) => reply(response, 503, "", { "retry-after": "0" }) === undefined;
  const delivery = rig.deliver();
  await rig.taps(700, delivery);
  await rig.until(() => expect(delivery.trouble?.text).toContain("takes no taps at present"));
  expect(delivery.connected).toBe(false);
  await reopenStream();
  await rig.allEnded(700);
  expect(rig.noticed("takes no taps")).toHaveLength(1);
  expect(rig.noticed("can be reached again")).toHaveLength(1);
  expect(rig.ledger.disorder).toEqual([]);
});
