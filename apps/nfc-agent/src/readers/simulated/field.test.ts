import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { decodeTap, kidOf } from "@tapline/core/tap";
import { describe, expect, it } from "vitest";
import { SimulatedField } from "./field.ts";
import { builtInScenarios, scenarioSchema } from "./scenario.ts";

const trackers = Array.from({ length: 7 }, (_, index) => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const kid = kidOf(publicKey.export({ type: "spki", format: "der" }).subarray(12));
  return { id: `000000000000000${index}`, kid, privateKey };
});
const now = () => 1_767_225_600_000;
const scenario = builtInScenarios.everyday ?? scenarioSchema.parse({});
const onLost = () => undefined;
const fieldOf = (taps: number | null, seed = 1) =>
  new SimulatedField({ trackers, epoch: 5, taps, seed, now, scenario, onLost });

/** The one tap that an everyday visit shows. */
function nextTap(field: SimulatedField): Buffer | null {
  const visit = field.next();
  if (visit === null) return null;
  expect(visit.shows).toHaveLength(1);
  expect(visit.shows[0]?.looks).toEqual(["whole"]);
  return visit.shows[0]?.offer?.raw ?? null;
}

/** The key under which a tap verifies, its place, or `null` where it is no good tap. */
function identityOf(raw: Buffer): string | null {
  const decoded = decodeTap(raw);
  if (!decoded.ok || decoded.signature === null) return null;
  const { kid, toBeSigned, signature } = decoded.signature;
  const tracker = trackers.find((one) => one.kid === kid);
  if (tracker === undefined || !verify(null, toBeSigned, createPublicKey(tracker.privateKey), signature))
    return null;
  expect(decoded.tap.trackerId).toBe(tracker.id);
  expect(decoded.tap.epoch).toBe(5);
  return `${decoded.tap.trackerId}/${decoded.tap.seq}`;
}

function judge(field: SimulatedField): {
  fresh: number;
  duplicates: number;
  malformed: number;
  raws: Buffer[];
} {
  const seen = new Map<string, Buffer>();
  const counts = { fresh: 0, duplicates: 0, malformed: 0, raws: [] as Buffer[] };
  for (let raw = nextTap(field); raw !== null; raw = nextTap(field)) {
    counts.raws.push(raw);
    const identity = identityOf(raw);
    if (identity === null) counts.malformed += 1;
    else if (!seen.has(identity)) counts.fresh += 1;
    else {
      expect(seen.get(identity)).toEqual(raw);
      counts.duplicates += 1;
    }
    if (identity !== null) seen.set(identity, raw);
  }
  return counts;
}

describe("simulated field", { timeout: 60_000 }, () => {
  it.each([1, 2, 10, 49, 50, 333, 2000])(
    "in %i taps has exactly the duplicates and malformed ones it promises",
    (n) => {
      for (const seed of [1, 2]) {
        const { fresh, duplicates, malformed } = judge(fieldOf(n, seed));
        expect(duplicates).toBe(Math.round(n * 0.02));
        expect(malformed).toBe(Math.round(n * 0.01));
        expect(fresh + duplicates + malformed).toBe(n);
      }
    },
  );

  it("gives the same bytes for the same seed, and others for another", () => {
    const [a, b, c] = [fieldOf(100, 7), fieldOf(100, 7), fieldOf(100, 8)].map((field) => judge(field).raws);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it("never gives two damaged taps the same bytes", () => {
    const { raws } = judge(fieldOf(3000));
    const broken = raws.filter((raw) => identityOf(raw) === null).map((raw) => raw.toString("hex"));
    expect(broken).toHaveLength(30);
    expect(new Set(broken).size).toBe(30);
  });

  it("makes taps of 250 to 650 bytes, numbered without holes for each tracker", () => {
    const field = fieldOf(null);
    const seqs = new Map<string, number>();
    for (let i = 0; i < 1500; i++) {
      const raw = nextTap(field);
      if (raw === null) throw new Error("an endless field ended");
      const identity = identityOf(raw);
      if (identity === null) continue;
      expect(raw.length).toBeGreaterThan(250);
      expect(raw.length).toBeLessThan(650);
      const [tracker = "", seq] = identity.split("/");
      const last = seqs.get(tracker) ?? 0;
      expect(Number(seq)).toBeLessThanOrEqual(last + 1);
      seqs.set(tracker, Math.max(last, Number(seq)));
    }
    expect(seqs.size).toBe(trackers.length);
  });
});
