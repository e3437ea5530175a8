import { type ChildProcess, fork } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootSpans } from "@tapline/telemetry/tracing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../../tools/test-servers/index.ts";
import { otlpReceiver, type ReceivedSpan } from "./otlp-receiver.fixture.ts";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

const agentMain = new URL("../../nfc-agent/src/main.ts", import.meta.url);
const pipelineRoles = "buffer,validation,encryption,transfer,audit";

let path: TestPath;
let receiver: Awaited<ReturnType<typeof otlpReceiver>>;
let traces: Record<string, string>;
let door: WorkerProcess;
const workers: WorkerProcess[] = [];
const agents: ChildProcess[] = [];

beforeAll(async () => {
  [path, receiver] = await Promise.all([setUpPath(), otlpReceiver()]);
  traces = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x",
    OTEL_TRACES_SAMPLER: "parentbased_always_on",
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
  };
  door = await startWorkers({ ...traces, LOG_LEVEL: "info" });
}, 120_000);

afterEach(() => {
  for (const agent of agents.splice(0)) agent.kill("SIGKILL");
});

afterAll(async () => {
  await stopWorkers();
  receiver.close();
  await path.end();
});

const stopWorkers = (): Promise<unknown> => Promise.all(workers.splice(0).map((worker) => worker.kill()));

/** A door and a pipeline in processes of their own, told of `traces` by their settings. */
async function startWorkers(traces: Record<string, string>): Promise<WorkerProcess> {
  const started = await Promise.all(
    ["ingest", pipelineRoles].map((role) => forkWorker(path, role, { ...traces })),
  );
  workers.push(...started);
  const [door] = started;
  if (door === undefined) throw new Error("no door");
  return door;
}

/** An agent that reads `taps` taps; resolves once each has its receipt. */
async function runAgent(
  door: WorkerProcess,
  taps: number,
  link: "grpc" | "rest",
  traces: Record<string, string>,
): Promise<ChildProcess> {
  const dir = await temporaryFolder();
  const trackers = path.trackers.map(({ id, kid, privateKey }) => ({
    ...{ id, kid },
    publicKey: createPublicKey(privateKey)
      .export({ format: "der", type: "spki" })
      .subarray(-32)
      .toString("hex"),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }));
  await writeFile(join(dir, "trackers.json"), JSON.stringify(trackers));
  await writeFile(join(dir, "fresh.json"), JSON.stringify({ script: [{ visit: "fresh", times: taps }] }));
  const agent = fork(agentMain, [], {
    env: {
      TAPLINE_AGENT_DATA_DIR: dir,
      TAPLINE_AGENT_API_PORT: "0",
      TAPLINE_AGENT_INGEST_URL: `https://127.0.0.1:${door.ingestPort}`,
      TAPLINE_AGENT_STREAM_URL: `https://127.0.0.1:${door.streamPort}`,
      TAPLINE_AGENT_LINK: link,
      TAPLINE_AGENT_CA: join(path.pki, "root.crt"),
      TAPLINE_AGENT_CERT: join(path.pki, "agent-gate-1.crt"),
      TAPLINE_AGENT_KEY: join(path.pki, "agent-gate-1.key"),
      TAPLINE_AGENT_TAPS: String(taps),
      TAPLINE_AGENT_SCENARIO: join(dir, "fresh.json"),
      ...traces,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  agents.push(agent);
  await new Promise<void>((resolve, reject) => {
    agent.on("message", (message: { type: string; agent?: { done: boolean } }) => {
      if (message.agent?.done === true) resolve();
    });
    agent.once("exit", (code) => reject(new Error(`the agent ended with ${code}`)));
  });
  return agent;
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan[] =>
  spans.filter((span) => span.name === name);

/** Names of spans whose parent is not among the others in the same trace, and of roots that may begin no trace. */
function orphans(spans: readonly ReceivedSpan[]): string[] {
  const bySpan = new Map(spans.map((span) => [span.spanId, span]));
  const isOrphan = ({ name, parentSpanId, traceId }: ReceivedSpan): boolean =>
    parentSpanId === "" ? !rootSpans.has(name) : bySpan.get(parentSpanId)?.traceId !== traceId;
  return spans.filter(isOrphan).map(({ name }) => name);
}

/** The spans that came since `before` of them had, in the traces that began since; once `isThere` holds, and none waits for its parent. */
async function tracesSince(
  before: number,
  isThere: (spans: readonly ReceivedSpan[]) => boolean,
): Promise<ReceivedSpan[]> {
  const look = (): ReceivedSpan[] => {
    const begun = new Set(named(receiver.spans.slice(before), "tap read").map(({ traceId }) => traceId));
    return receiver.spans.filter(({ traceId }) => begun.has(traceId));
  };
  await until("the traces are whole", () => isThere(look()) && orphans(look()).length === 0, 30_000);
  return look();
}

test("a share of the taps is traced where that is asked for; the rest costs no span anywhere", async () => {
  const taps = 60;
  await runAgent(door, taps, "rest", {
    ...traces,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.3",
  });
  const spans = await tracesSince(
    0,
    (found) => found.length > 0 && named(found, "tap receipt").length === named(found, "tap read").length,
  );
  expect(named(spans, "tap read").length).toBeLessThan(taps);
  const others = receiver.spans.filter((span) => !spans.includes(span));
  expect(others).toEqual([]);
}, 120_000);

test.each(["grpc", "rest"] as const)(
  "one trace follows a tap by %s from its reader to its receipt",
  async (link) => {
    const before = receiver.spans.length;
    await runAgent(door, 1, link, traces);
    const parents: [name: string, parent: string | undefined][] = [
      ["tap read", undefined],
      ["tap delivery", "tap read"],
      ["tap receipt", "tap read"],
      [link === "grpc" ? "ingest gRPC Deliver" : "ingest POST /v1/taps", "tap delivery"],
      ["segment validation", "tap read"],
      ["buffer", "segment validation"],
      ["add encryption.encryption", "segment validation"],
      ["process encryption", "add encryption.encryption"],
      ["segment encryption", "process encryption"],
      ["segment transfer", "process transfer"],
      ["sftp upload", "segment transfer"],
      ["archive index", "segment transfer"],
      ["receipts", "segment transfer"],
    ];
    const spans = await tracesSince(before, (found) =>
      parents.every(([name]) => named(found, name).length > 0),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const parentOf = (name: string): string | undefined => {
      const id = named(spans, name)[0]?.parentSpanId;
      return spans.find(({ spanId }) => spanId === id)?.name;
    };
    expect(parents.map(([name]) => [name, parentOf(name)])).toEqual(parents);
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(["tapline-agent", "tapline-worker"]),
    );
    expect(receiver.headers.at(-1)?.authorization).toBe("Bearer x");
    expect(await lastArchivedEntry()).toContain(`"traceId":"${spans[0]?.traceId}"`);
    const sent = receiver.bodies.join("");
    for (const { id, kid } of path.trackers) expect(sent.includes(id) || sent.includes(kid)).toBe(false);
  },
  120_000,
);

/** Spans that say in a trace that its tap is archived. */
const archiving = ["segment transfer", "tap archived"];

test("each of many taps is followed in its own trace, and a segment links to all of its taps", async () => {
  const taps = 30;
  const before = receiver.spans.length;
  await runAgent(door, taps, "grpc", traces);
  const archivedBy = (spans: readonly ReceivedSpan[], read: ReceivedSpan): boolean =>
    spans.some(({ traceId, name }) => traceId === read.traceId && archiving.includes(name));
  const spans = await tracesSince(before, (found) => {
    const reads = named(found, "tap read");
    const isArchived = reads.every((read) => archivedBy(found, read));
    return reads.length === taps && named(found, "tap receipt").length === taps && isArchived;
  });
  expect(new Set(named(spans, "tap read").map(({ traceId }) => traceId)).size).toBe(taps);
  for (const span of named(spans, "segment validation")) {
    const linked = new Set([span.traceId, ...span.links.map(({ traceId }) => traceId)]);
    expect(linked.size).toBe(Math.min(32, Number(span.attributes["tapline.taps"])));
  }
}, 120_000);

test("metrics and lines of the log go to the same receiver, with what they count and no tracker's name", async () => {
  const { metrics, lines, bodies } = receiver;
  const before = metrics.get("tapline-worker tapline_tap_archived") ?? 0;
  const agent = await runAgent(door, 5, "grpc", traces);
  await until(
    "agent and worker have told what they count",
    () =>
      (metrics.get("tapline-worker tapline_tap_to_archive_duration_seconds") ?? 0) > before &&
      (metrics.get("tapline-agent tapline_agent_taps") ?? 0) >= 5 &&
      lines.includes("tapline-agent info: all taps have their receipt") &&
      lines.includes("tapline-worker info: ready"),
    60_000,
  );
  agent.kill("SIGKILL");
  const sent = bodies.join("");
  for (const { id, kid } of path.trackers) expect(sent.includes(id) || sent.includes(kid)).toBe(false);
}, 120_000);

test("nothing is exported where no receiver is set", async () => {
  await stopWorkers();
  receiver.headers.length = 0;
  const agent = await runAgent(await startWorkers({}), 3, "grpc", {});
  agent.removeAllListeners("exit");
  const gone = new Promise((resolve) => agent.once("exit", resolve));
  agent.kill("SIGTERM");
  await gone;
  expect(receiver.headers).toEqual([]);
  expect(await lastArchivedEntry()).toContain('"traceId":null');
}, 120_000);

async function lastArchivedEntry(): Promise<string> {
  const { bytes } = await path.prisma.auditEntry.findFirstOrThrow({
    where: { action: "segment.archived" },
    orderBy: { recordedAt: "desc" },
  });
  return Buffer.from(bytes).toString("utf8");
}
