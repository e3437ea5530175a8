import { connectRedis, SegmentShares } from "@tapline/adapters/redis";
import type { Colour } from "@tapline/core/kernel";
import type { Landscape } from "@tapline/core/noops";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { type HealParts, healShares } from "./heal-shares.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let shares: SegmentShares;
let colour: Colour;
let open: string[];
let ready: Colour[];
let warned: number;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  shares = new SegmentShares(redis);
});
beforeEach(async () => {
  await redis.flushall();
  [colour, open, ready, warned] = ["green", [], ["green"], 0];
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Validation runs in these colours, and in no other. */
function look(): Landscape {
  const workloads = ready.map((one) => ({
    ...{ service: "validation", colour: one, release: null, wanted: 1, bounds: null, revision: "1" },
    replicas: [
      { name: one, state: "ready" as const, startedAtEpochMs: 1, restarts: 0, services: ["validation"] },
    ],
  }));
  return { atEpochMs: 1, workloads, shares: {} };
}

async function healed(): Promise<number> {
  const parts = {
    desk: {
      open: async () => open.map((service) => ({ service })),
      standing: async () => ({ release: 3, colour, before: null }),
    },
    ...{ actuator: { look: async () => look() }, queues: { add: async () => undefined }, shares },
    log: { warn: () => void warned++ },
  };
  await healShares(7, AbortSignal.timeout(60_000), parts as unknown as HealParts);
  return (await shares.read()).validation.greenPercent;
}

test("the share that Redis lost is set anew where the release that stands is green, once", async () => {
  expect(await healed()).toBe(100);
  expect(await healed()).toBe(100);
  expect(warned).toBe(1);
});

test("what runs as installed again gets everything, whatever the last shift left", async () => {
  await shares.set("validation", { greenPercent: 100, watch: null }, 1);
  ready = ["blue"];
  expect(await healed()).toBe(0);
});

test.each<[string, () => void]>([
  ["the other colour runs, too", () => (ready = ["blue", "green"])],
  ["nobody runs", () => (ready = [])],
  ["a shift leads it on", () => (open = ["validation"])],
  ["no shift has left it green", () => (colour = "blue")],
])("a share stays where %s", async (_, so) => {
  so();
  expect([await healed(), warned]).toEqual([0, 0]);
});

test("who holds an older lease heals nothing", async () => {
  await shares.set("validation", { greenPercent: 0, watch: null }, 8);
  await expect(healed()).rejects.toMatchObject({ code: "conflict" });
});
