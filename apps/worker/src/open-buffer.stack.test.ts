import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveIndex } from "@tapline/adapters/prisma";
import { type CuttableWire, sharedSshd, wireTo } from "@tapline/tools/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, deliver, deliverSurely, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let plan: string;
/** The first archive of the plan, and the one that the test reads. */
let [first, second]: (CuttableWire & { readonly url: string })[] = [];

beforeEach(async () => {
  path = await setUpPath();
  first = await wireTo((await sharedSshd()).url);
  second = await wireTo(path.sshd.url);
  plan = join(path.pki, "archives.json");
  const { hostKeyPin, privateKeyFile: keyFile } = path.sshd;
  const targets = [first, second].map(({ url }, i) => ({
    ...{ name: ["first", "second"][i], url, hostKeys: [hostKeyPin], keyFile },
  }));
  await writeFile(plan, JSON.stringify({ mode: "mirror", quorum: 1, targets }));
});
afterEach(async () => {
  await Promise.all([first?.down(), second?.down()].map((down) => down?.catch(() => undefined)));
  await path.end();
});

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));
const seqsIn = async (): Promise<number[]> =>
  (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);
const openings = () => path.prisma.auditEntry.count({ where: { action: "buffer.opened" } });

async function withWorker(work: (client: Client) => Promise<void>): Promise<void> {
  const running: Running = await path.start({ TAPLINE_ARCHIVES: plan });
  const client = connectAs(path, "gate-1", running.ingestPort!);
  try {
    await work(client);
  } finally {
    await client.close();
    await running.stop(1_000);
  }
}

test("a buffer that was lost opens while the first archive is away; with all away it waits, and writes nothing", {
  timeout: 120_000,
}, async () => {
  await withWorker(async (client) => {
    const eight = taps(1, 8);
    await deliver(client, 1, eight.slice(0, 5));
    // Small objects are always read back; that is noted some seconds later.
    await until(
      "it is noted that one was read back",
      async () => {
        const where = { readBackAt: { not: null } };
        return (await path.prisma.segmentCopy.count({ where })) >= 1;
      },
      30_000,
    );
    await first!.down();
    await path.wipeRedis();
    const verdicts = await deliverSurely(client, 1, eight);
    expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);

    const before = await openings();
    await second!.down();
    await path.wipeRedis();
    const answer = await client.post({ epoch: 1, taps: taps(9, 1) });
    expect(answer.status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await openings()).toBe(before);
    await second!.up();
    await deliverSurely(client, 1, taps(9, 2));
    expect(await openings()).toBe(before + 1);
  });
});

test("an index that was lost is rebuilt from all archives before anything is taken, however often that begins", {
  timeout: 120_000,
}, async () => {
  const five = taps(1, 5);
  await withWorker(async (client) => void (await deliver(client, 1, five)));
  await path.prisma.$executeRaw`
    TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, duplicate_run, installation_fact`;
  await path.wipeRedis();
  await first!.down();
  const index = new ArchiveIndex(path.prisma);
  await withWorker(async (client) => {
    // One of two archives is silent, and what counts may lie there alone.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect([await index.generation(), await index.isWhole()]).toEqual([null, false]);
    await first!.up();
    const verdicts = await deliverSurely(client, 1, five);
    expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
    expect(await index.isWhole()).toBe(true);
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5]);
  });
});
