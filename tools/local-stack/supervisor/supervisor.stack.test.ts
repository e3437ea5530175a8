import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { workerScript } from "./find-program.ts";
import { startTestWorkers, type TestWorkers } from "./workers.fixture.ts";

const withinMs = 90_000;
const testMs = 240_000;
const ingest = { service: "ingest", colour: "blue" } as const;
const terms = { fence: null, reason: "a test" };

let started: TestWorkers;
beforeAll(async () => {
  started = await startTestWorkers({ TAPLINE_AGENT_RATE: "60", TAPLINE_AGENT_RESEND_AFTER_MS: "5000" });
}, testMs);
afterAll(() => started?.close(), testMs);

const crew = () => started.workers.crew;
const replicas = (service: string) =>
  crew()
    .look()
    .workloads.find((workload) => workload.service === service && workload.colour === "blue")?.replicas ?? [];
const ready = (service: string) => replicas(service).filter(({ state }) => state === "ready");

test("agents' taps go on and all end in the archive while the door is scaled, restarted, killed and hung", {
  timeout: testMs,
}, async () => {
  const { builder, environments } = started;
  await builder.child("agent", "apps/nfc-agent/src/main.ts", environments.agent, (message) =>
    builder.counts.take(message),
  );
  const archived = () => builder.counts.agent?.archived ?? 0;
  const goesOn = async () => {
    const before = archived();
    await expect.poll(archived, { timeout: withinMs }).toBeGreaterThan(before + 60);
  };
  await goesOn();
  await crew().act({ kind: "scale", workload: ingest, replicas: 2 }, terms);
  await expect.poll(() => ready("ingest").length, { timeout: withinMs }).toBe(2);
  const lives = replicas("ingest").map(({ startedAtEpochMs }) => startedAtEpochMs);
  await crew().act({ kind: "restart", workload: ingest }, terms);
  const areNew = () =>
    ready("ingest").filter(({ startedAtEpochMs }) => !lives.includes(startedAtEpochMs)).length === 2 &&
    replicas("ingest").length === 2;
  await expect.poll(areNew, { timeout: withinMs }).toBe(true);
  await goesOn();
  started.kill("worker-ingest");
  await goesOn();
  await expect.poll(() => ready("ingest").length, { timeout: withinMs }).toBe(2);
  const hung = crew()
    .serving("ingest")
    .find(({ plan }) => plan.name === "worker-ingest-2")?.child?.pid;
  process.kill(hung ?? 0, "SIGSTOP");
  await expect
    .poll(() => started.said, { timeout: withinMs })
    .toContain("worker-ingest-2 does not answer any more; replacing it by one that may be silent for 40 s");
  await expect.poll(() => ready("ingest").length, { timeout: withinMs }).toBe(2);
  await goesOn();
  const { agent } = builder.counts;
  const ended = () => {
    const now = builder.counts.agent;
    return (now?.archived ?? 0) + (now?.duplicates ?? 0) + (now?.rejected ?? 0);
  };
  await expect
    .poll(ended, { timeout: withinMs })
    .toBeGreaterThanOrEqual(agent?.taps ?? Number.POSITIVE_INFINITY);
});

test("its socket is its owner's alone, and a worker's program never lies elsewhere", async () => {
  expect((await stat(started.socket)).mode & 0o777).toBe(0o600);
  const release = { id: "r", version: "9.9.9", config: {} };
  const green = { service: "validation", colour: "green" } as const;
  const place = (changes: object) =>
    crew().act({ kind: "place", workload: green, release: { ...release, ...changes }, replicas: 1 }, terms);
  await expect(place({})).rejects.toThrow("no program of version 9.9.9");
  await expect(place({ config: { NODE_OPTIONS: "--require /tmp/x" } })).rejects.toThrow(
    "cannot set NODE_OPTIONS",
  );
  const [outside, inside] = [join(started.folder.root, "elsewhere"), join(started.folder.root, "releases")];
  await mkdir(dirname(join(outside, workerScript)), { recursive: true });
  await writeFile(join(outside, workerScript), "");
  await mkdir(inside);
  await symlink(outside, join(inside, "9.9.9"));
  await expect(place({})).rejects.toThrow("no program of version 9.9.9");
});
