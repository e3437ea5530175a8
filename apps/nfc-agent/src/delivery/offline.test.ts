import { afterEach, beforeEach, expect, it } from "vitest";
import { openOutbox, Rig } from "./delivery-rig.fixture.ts";

const taps = 200_000;
const tapBytes = 64;
/** Per tap that waits: its place on disk and its numbers in queues; never its bytes. */
const maxHeapBytesPerTap = 600;

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

it("delivers in order, in bounded memory, what gathered while the server was away for long", async () => {
  const raw = Buffer.alloc(tapBytes, 7);
  const read = { reader: "r1", readAtEpochMs: 1_800_000_000_000, raw };
  for (let at = 0; at < taps; at += 5000)
    await Promise.all(Array.from({ length: 5000 }, () => rig.outbox.append(read)));
  await rig.outbox.close();
  // As after a restart: nothing of the taps is in memory.
  rig.outbox = await openOutbox(rig.root);
  expect(rig.outbox.pending).toBe(taps);
  rig.stream.credits = 20_000;
  let highestBytes = 0;
  const watch = setInterval(() => {
    highestBytes = Math.max(highestBytes, process.memoryUsage().heapUsed);
  }, 100);
  const delivery = rig.byStream();
  // Taps that come meanwhile wait for their turn.
  await rig.taps(100, delivery);
  await rig.until(() => expect(rig.outbox.pending).toBe(0), 120_000);
  clearInterval(watch);
  expect(rig.ledger.order).toHaveLength(taps + 100);
  expect(rig.ledger.disorder).toEqual([]);
  expect(rig.ledger.conflicts).toEqual([]);
  expect(rig.stream.sessions.map(({ overdrawn }) => overdrawn)).toEqual([0]);
  // The test server's own books, which hold each tap, are part of the figure.
  expect(highestBytes).toBeLessThan(200e6 + taps * maxHeapBytesPerTap * 3);
  process.stderr.write(`[offline] ${Math.round(highestBytes / 1e6)} MB of heap at most\n`);
}, 180_000);
