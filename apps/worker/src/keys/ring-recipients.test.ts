import { issueHierarchy, type RingKey, readRingKey, ringDigest } from "@tapline/core/encryption";
import { beforeAll, expect, test } from "vitest";
import { RingRecipients, type RingRecipientsParts } from "./ring-recipients.ts";

let pems: Record<string, { pem: string }>;
let archive: RingKey;
let escrow: RingKey;
let stranger: RingKey;

beforeAll(async () => {
  const request = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const [files, others] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  pems = files;
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  stranger = readRingKey(others["archive.crt"]!.pem, "archive");
});

function rig(changes: Partial<RingRecipientsParts> = {}) {
  const told: string[] = [];
  const counted: string[] = [];
  const seeded: RingKey[] = [];
  const state = { keys: [archive, escrow] as readonly RingKey[], away: false, nowEpochMs: 0 };
  const recipients = new RingRecipients({
    ring: {
      read: () => (state.away ? Promise.reject(new Error("away")) : Promise.resolve(state.keys)),
      seed: (keys) => Promise.resolve(seeded.push(...keys) > 0),
    },
    named: [archive, escrow],
    readTrust: () => Promise.resolve(pems["trust.pem"]!.pem),
    chainPems: [pems["intermediate.crt"]!.pem],
    pins: new Set(),
    telemetry: { count: (name) => void counted.push(name) },
    clock: () => state.nowEpochMs,
    log: { warn: () => undefined, error: (facts: unknown) => void told.push(JSON.stringify(facts)) } as never,
    ...changes,
  });
  const skis = async (): Promise<string[]> => (await recipients.current()).map(({ ski }) => ski);
  return { state, told, counted, seeded, skis, reading: () => recipients.reading() };
}

test("a change of the ring counts for the next segment", async () => {
  const { state, skis } = rig();
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
  state.keys = [{ ...archive, state: "retiring" }, escrow];
  expect(await skis()).toEqual([escrow.ski]);
});

test("a key that somebody wrote into the database gets no objects, is told of once, and holds nothing up", async () => {
  const { state, told, counted, skis } = rig();
  state.keys = [archive, stranger, escrow];
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(stranger.certSha256);
  expect(counted).toEqual(["key.refused"]);
});

test("where nobody is left, the segment waits", async () => {
  const { state, skis } = rig();
  state.keys = [stranger];
  await expect(skis()).rejects.toMatchObject({ code: "misconfigured" });
  state.keys = [archive];
  expect(await skis()).toEqual([archive.ski]);
});

test("without a database the keys of the settings serve; an empty ring is seeded with them", async () => {
  const { state, seeded, skis } = rig();
  state.away = true;
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
  [state.away, state.keys] = [false, []];
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
  expect(seeded).toEqual([archive, escrow]);
});

test("a trust file that cannot be read at the moment counts as it was", async () => {
  let readable = true;
  const { state, skis } = rig({
    readTrust: () =>
      readable ? Promise.resolve(pems["trust.pem"]!.pem) : Promise.reject(new Error("being replaced")),
  });
  await skis();
  [readable, state.nowEpochMs] = [false, 60_000];
  expect(await skis()).toEqual([archive.ski, escrow.ski]);
});

test("a worker that has nothing to encrypt tells what it takes the ring for all the same, and seeds nothing", async () => {
  const { state, seeded, reading } = rig();
  const ours = [archive.certSha256, escrow.certSha256];
  expect(await reading()).toEqual({
    ...{ atEpochMs: 0, ring: ringDigest(state.keys), recipients: ours, refused: [] },
  });
  state.keys = [archive, escrow, stranger];
  expect(await reading()).toMatchObject({
    ...{ recipients: ours, refused: [{ certSha256: stranger.certSha256, why: expect.any(String) }] },
  });
  state.keys = [];
  expect(await reading()).toMatchObject({ ring: null, recipients: ours });
  state.away = true;
  expect(await reading()).toMatchObject({ ring: null, recipients: ours });
  expect(seeded).toEqual([]);
});
