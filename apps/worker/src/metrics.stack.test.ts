import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let worker: Running;
let client: Client;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start();
  client = connectAs(path, "gate-1", worker.ingestPort ?? 0);
});

afterAll(async () => {
  await client.close();
  await worker.stop(1_000);
  await path.end();
});

async function series(): Promise<Map<string, number>> {
  const { text } = await worker.metrics.text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

test("a worker tells Prometheus what it took, refused and archived, what waits, and how its stores are", async () => {
  const [tracker] = path.trackers;
  if (tracker === undefined) throw new Error("no tracker");
  await deliver(client, 1, [submit(1, rawTap(tracker, 1)), submit(2, Buffer.from("no tap"))]);
  await client.post({ epoch: 1, taps: "none" });
  const told = await until("counts are told", async () => {
    const found = await series();
    return (
      found.get("tapline_tap_archived_total") === 1 && found.get("tapline_tap_ingested_total") === 2 && found
    );
  });
  expect(told.get("tapline_segment_archived_total")).toBe(1);
  const refused = [...told].filter(([name]) => name.startsWith("tapline_tap_rejected_total"));
  expect(refused.map(([, count]) => count)).toEqual([1]);
  expect(told.get("tapline_tap_to_archive_duration_seconds_count")).toBe(1);
  const posts = (outcome: string): number =>
    told.get(`tapline_server_requests_total{route="POST /v1/taps",outcome="${outcome}"}`) ?? 0;
  expect(posts("ok")).toBeGreaterThanOrEqual(1);
  expect(posts("client_error")).toBeGreaterThanOrEqual(1);
  for (const store of ["redis", "postgresql"]) expect(told.get(`tapline_store_up{store="${store}"}`)).toBe(1);
  for (const queue of ["validation", "encryption", "transfer"])
    expect(told.get(`tapline_queue_jobs{queue="${queue}",state="waiting"}`), queue).toBe(0);
  expect(told.get("tapline_ingest_streams")).toBe(0);
  const services = await until("the collector has heard of this process", async () => {
    const found = [...(await series())].filter(([name]) => name.startsWith("tapline_service_"));
    return found.length > 0 && new Map(found.map(([name, value]) => [name.split("{")[0], value]));
  });
  expect(services.get("tapline_service_up")).toBe(1);
  expect(services.get("tapline_service_memory_bytes")).toBeGreaterThan(1e7);
  const { text } = await worker.metrics.text();
  expect(text).not.toContain(tracker.id);
  expect(text).not.toContain("gate-1");
});
