import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { RunningIngest } from "../../roles/ingest.ts";
import { setUpIngest, type TestIngest } from "./ingest.fixture.ts";
import { type StreamClient, streamTap } from "./stream.fixture.ts";

/** A door for each test of a file, on an empty Redis; the agents are gate-1 and gate-2. */
export function useDoor() {
  const rig = {} as { ingest: TestIngest; door: RunningIngest };
  const open: StreamClient[] = [];
  beforeAll(async () => {
    rig.ingest = await setUpIngest(["gate-1", "gate-2"]);
  });
  beforeEach(async () => {
    const { redis, buffer, state } = rig.ingest;
    await redis.flushall();
    await buffer.openGeneration("life-1");
    state.revoked.clear();
    state.known = true;
    state.aheadMs = 0;
    state.directives.clear();
    state.logsWanted.clear();
    state.logsTold.length = 0;
    state.turnedAway.length = 0;
    rig.door = await rig.ingest.start();
  });
  afterEach(async () => {
    for (const stream of open.splice(0)) stream.close();
    await rig.door.stop(5_000);
  });
  afterAll(async () => {
    await rig.ingest.end();
  });
  const stream = (agent = "gate-1", options?: Record<string, number>): StreamClient => {
    const opened = rig.ingest.open(agent, rig.door.streamPort, options);
    open.push(opened);
    return opened;
  };
  return {
    rig,
    /** Closed after the test. */
    open,
    stream,
    /** A stream that was welcomed and has credits. */
    ready: async (agent = "gate-1", hello = {}): Promise<StreamClient> => {
      const opened = stream(agent);
      opened.hello(hello);
      await opened.wait("credits");
      return opened;
    },
  };
}

/** `count` taps, numbered from `from` on. */
export const some = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => streamTap(from + i));
