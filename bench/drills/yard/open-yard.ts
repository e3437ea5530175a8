import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectRedis } from "@tapline/adapters/redis";
import { type Random, seededRandom } from "@tapline/core/kernel";
import { findFaketime, freePort } from "../../../tools/servers/index.ts";
import { type CuttableWire, cuttableWire } from "../../../tools/test-servers/cuttable-wire.ts";
import { mountVolume, type Volume } from "../../../tools/test-servers/small-volume.ts";
import { type Installation, makeTrackers, startInstallation } from "../../installation/index.ts";
import type { DrillOptions } from "../drill.ts";
import { Flow, type FlowOptions } from "./flow.ts";
import { Supervisor } from "./supervisor.ts";

/** Where drills strike: an installation in which every service has processes of its own, and taps that flow. */
export type Yard = {
  readonly installation: Installation;
  readonly supervisor: Supervisor;
  readonly flow: Flow;
  /** Between workers and archive. */
  readonly wire: CuttableWire;
  /** Null where this user may not mount one. */
  readonly volumes: { readonly redis: Volume | null; readonly archive: Volume | null };
  /** Sets the clock of all workers off by so many seconds; null where libfaketime cannot be had. */
  readonly setClock: ((offsetS: number) => Promise<void>) | null;
  /** Redis loses all it holds. */
  readonly wipeRedis: () => Promise<void>;
  readonly random: Random;
  readonly say: (line: string) => void;
  readonly close: () => Promise<void>;
};

/** The stages twice, so that one can take over from the other. */
const workers = [
  ...["ingest", "buffer", "buffer", "validation", "validation", "encryption", "encryption"],
  ...["transfer", "transfer", "audit,kpi,alerts,telemetry,balance"],
];

export async function openYard(flowOptions: FlowOptions, { seed, say }: DrillOptions): Promise<Yard> {
  const random = seededRandom(seed);
  const trackers = await makeTrackers();
  const faketime = await findFaketime(say);
  const made: { clock?: string; wire?: CuttableWire; redis?: Volume | null; archive?: Volume | null } = {};
  const settings: Record<string, string> = { TAPLINE_FAULT_POINTS: "on" };
  const installation = await startInstallation({
    trackers: trackers.enrolled,
    unsigned: "refuse",
    workers,
    settings,
    prepare: async (dir) => {
      made.redis = await mountVolume(join(dir, "redis"));
      made.archive = await mountVolume(join(dir, "archive"));
      if (faketime === null) return;
      made.clock = join(dir, "clock");
      await writeFile(made.clock, "+0\n");
      Object.assign(settings, clockSettings(faketime, made.clock));
    },
    archiveWire: async (target) => {
      const port = await freePort();
      made.wire = cuttableWire(port, target);
      await made.wire.up();
      return port;
    },
    beforeRemoval: async () => {
      await made.wire?.down();
      // The mounts go first: a folder with a mount in it cannot be removed.
      await Promise.all([made.redis?.unmount(), made.archive?.unmount()]);
      await trackers.remove();
    },
  });
  const { clock, wire, redis = null, archive = null } = made;
  if (wire === undefined) throw new Error("the installation was made without a wire to its archive");
  const supervisor = new Supervisor(installation.parts, say);
  const flow = new Flow(installation, trackers.file, flowOptions, random);
  return {
    ...{ installation, supervisor, flow, wire, random, say },
    volumes: { redis, archive },
    setClock:
      clock === undefined ? null : (offsetS) => writeFile(clock, `${offsetS < 0 ? "" : "+"}${offsetS}\n`),
    wipeRedis: () => wipeRedis(installation),
    close: async () => {
      await flow.kill();
      await supervisor.stop();
      await Promise.all([redis?.free(), archive?.free()]);
      await installation.stop();
    },
  };
}

/** A clock of its own for each process, read from a file anew each second; what counts up stays as it is. */
function clockSettings(library: string, file: string): Record<string, string> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    FAKETIME_CACHE_DURATION: "1",
  };
}

async function wipeRedis({ tlsEnvironment }: Installation): Promise<void> {
  const redis = connectRedis(tlsEnvironment.REDIS_URL ?? "", () => undefined);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
