import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { encodeTap, kidOf, signTap, type Tap } from "../tap/index.ts";
import { checkSignature, defaultRules, type KnownTracker, openTap } from "./index.ts";

const readAtEpochMs = 1_790_000_000_000;
const tap: Tap = {
  trackerId: "00112233445566ff",
  seq: 7,
  epoch: 1,
  t0EpochS: readAtEpochMs / 1000 - 3600,
  samples: [
    [0, 61, 0],
    [60, 64, 12],
  ],
  batteryPercent: 80,
  uptimeS: 5000,
};

let privateKey: KeyObject;
let tracker: KnownTracker;

beforeAll(() => {
  const pair = generateKeyPairSync("ed25519");
  privateKey = pair.privateKey;
  const raw = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  tracker = { kid: kidOf(raw), publicKey: pair.publicKey, revokedAtEpochMs: null };
});

const check = async (raw: Uint8Array, known: KnownTracker | undefined = tracker) => {
  const opened = openTap(raw, readAtEpochMs, defaultRules);
  return opened.ok ? await checkSignature(opened, known) : opened;
};
const signed = (changes: Partial<Tap> = {}) =>
  signTap({ ...tap, ...changes }, { kid: tracker.kid, privateKey });

test("a signed, plausible tap of an enrolled tracker passes and gives all but its measurements", async () => {
  const { samples: _, ...facts } = tap;
  expect(await check(signed())).toEqual({ ok: true, tap: facts });
});

test("an unsigned tap is refused where the policy says so, and taken where it does not", async () => {
  expect(await check(encodeTap(tap))).toMatchObject({ ok: false, reason: "unsigned" });
  const lax = openTap(encodeTap(tap), readAtEpochMs, { ...defaultRules, unsigned: "accept" });
  expect(lax).toMatchObject({ ok: true, refusal: null });
});

test("a tracker that nobody enrolled, or that was revoked, is refused by name", async () => {
  const opened = openTap(signed(), readAtEpochMs, defaultRules);
  if (!opened.ok) throw new Error(opened.detail);
  expect(await checkSignature(opened, undefined)).toMatchObject({ reason: "unknown-tracker" });
  expect(await checkSignature(opened, { ...tracker, revokedAtEpochMs: 1 })).toMatchObject({
    reason: "revoked-tracker",
  });
});

test("a signature by another key is refused, also under the enrolled key id", async () => {
  const stranger = generateKeyPairSync("ed25519").privateKey;
  expect(await check(signTap(tap, { kid: tracker.kid, privateKey: stranger }))).toMatchObject({
    reason: "bad-signature",
  });
  expect(await check(signTap(tap, { kid: "0000000000000000", privateKey }))).toMatchObject({
    reason: "bad-signature",
  });
});

test("one flipped bit anywhere is refused", async () => {
  const raw = signed();
  for (let bit = 0; bit < raw.length * 8; bit++) {
    const flipped = Buffer.from(raw);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect((await check(flipped)).ok, `bit ${bit}`).toBe(false);
  }
});

test("what no body can do is refused as implausible, naming the sample", async () => {
  expect(
    await check(
      signed({
        samples: [
          [0, 61, 0],
          [60, 400, 0],
        ],
      }),
    ),
  ).toMatchObject({
    reason: "implausible",
    detail: expect.stringContaining("sample 1"),
  });
});

test("a clock far ahead or years behind is refused as skewed", async () => {
  expect(await check(signed({ t0EpochS: tap.t0EpochS + 100_000 }))).toMatchObject({ reason: "time-skew" });
  expect(await check(signed({ t0EpochS: tap.t0EpochS - 500 * 86_400 }))).toMatchObject({
    reason: "time-skew",
  });
});
