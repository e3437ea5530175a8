import { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import type { AgentReport } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStream } from "./ingress/stream/stream.fixture.ts";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";

let path: TestPath;

beforeAll(async () => {
  path = await setUpPath();
});
afterAll(() => path.end());

const patienceMs = 20_000;

const report = (configRevision: number): AgentReport => ({
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision, link: "grpc" },
  ...{ clockSkewMs: 0, paused: null, readers: { ready: 1 }, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
});

test("a roll-out reaches an open stream by itself, in the order of rings, and is seen in the agent's next report", async () => {
  const worker = await path.start({ ROLE: "ingest,buffer" });
  const [desk, store] = [new FleetDesk(path.prisma), new FleetStore(path.prisma)];
  const actor = { kind: "operator", id: "ann" } as const;
  const act = () => ({ actor, reason: "a test", atEpochMs: Date.now(), dryRun: false });
  const pem = (name: string): string => path.files[name]?.pem ?? "";
  const streams = ["gate-1", "gate-2"].map((agent) =>
    openStream(worker.streamPort ?? 0, {
      ...{ ca: pem("root.crt"), cert: pem(`agent-${agent}.crt`), key: pem(`agent-${agent}.key`) },
    }),
  );
  const says = (stream: (typeof streams)[number], revision: number) =>
    stream.send({
      $case: "report",
      value: { sentAtEpochMs: Date.now(), report: JSON.stringify(report(revision)) },
    });
  const revisions = (stream: (typeof streams)[number] | undefined): number[] =>
    (stream?.all("directive") ?? []).map(({ directive }) => JSON.parse(directive).revision as number);
  for (const stream of streams) {
    stream.hello();
    await stream.wait("welcome");
    says(stream, 0);
  }
  await until(
    "both have reported",
    async () => (await store.agents()).filter(({ last }) => last).length === 2,
    patienceMs,
  );
  await desk.setRing("gate-1", 0, act());
  const revision = await desk.makeRevision({ buzzer: false }, act());
  await desk.start("config", String(revision), null, act());
  const [first, second] = streams;
  await until("ring 0 is told", () => revisions(first).at(-1) === revision, patienceMs);
  expect(revisions(second)).not.toContain(revision);
  if (first !== undefined) says(first, revision);
  const limits = { silentAfterMs: 3_600_000, maxOutboxAgeMs: 3_600_000 };
  const advance = () =>
    desk.advance("config", false, limits, act()).then(
      () => true,
      () => false,
    );
  await until("ring 0 is healthy", advance, patienceMs);
  await until("ring 1 is told", () => revisions(second).at(-1) === revision, patienceMs);
  for (const stream of streams) stream.close();
  await worker.stop(2_000);
}, 90_000);
