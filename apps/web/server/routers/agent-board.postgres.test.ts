import { FleetDesk } from "@tapline/adapters/prisma/fleet";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AgentDetail, AgentView } from "../../contracts/agents.ts";
import type { ClientToServerEvents, ServerToClientEvents } from "../../contracts/events.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const minuteMs = 60_000;
const until = { timeout: 20_000, interval: 50 };

let running: TestConsole;
let fleet: FleetFeed;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  fleet = new FleetFeed(running.prisma);
  await fleet.enrol("north", "gate-1", "gate-2");
  await fleet.report(["gate-1", "gate-2"]);
});
afterAll(() => running.stop());

async function ask<Data>(procedure: string, input?: unknown, headers: Record<string, string> = { cookie }) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/agentBoard.${procedure}${query}`, {
    headers,
  });
  const body = (await response.json()) as { result?: { data: Data } };
  return { status: response.status, data: body.result?.data };
}

test("an agent is listed with its place, its certificate, its last report and what is wanted of it", async () => {
  const act = { actor: { kind: "operator", id: "ann" }, reason: "a test", dryRun: false } as const;
  const desk = new FleetDesk(running.prisma);
  await desk.makeRevision({ reportEveryMs: 10 * minuteMs }, { ...act, atEpochMs: Date.now() });
  await desk.start("version", "1.3.0", [1], { ...act, atEpochMs: Date.now() });
  await fleet.report(["gate-2"], { configRevision: 1 });
  const { data } = await ask<AgentView[]>("list");
  expect(data).toMatchObject([
    {
      ...{ id: "gate-1", site: "north", ring: 1, hostname: "gate-1.example.org", gapNumbers: 0 },
      certificate: { count: 1, endsAtEpochMs: expect.any(Number) },
      wanted: { revision: 0, version: "1.3.0" },
      last: { heardWithinMs: 3 * minuteMs, report: { version: "1.2.0" } },
    },
    { id: "gate-2", last: { heardWithinMs: 30 * minuteMs } },
  ]);
});

test("one agent comes with its open gaps, and what was done to it and by whom", async () => {
  await fleet.openGap("gate-1", 5, 7);
  const { data } = await ask<AgentDetail>("detail", { id: "gate-1" });
  expect(data).toMatchObject({
    agent: { id: "gate-1", gapNumbers: 3 },
    gaps: [{ epoch: 1, first: 5, last: 7 }],
    acts: [{ action: "agent.enrolled" }, { action: "agent.token-created", reason: "a new reader PC" }],
    names: {},
  });
  expect((await ask("detail", { id: "nobody" })).status).toBe(404);
  expect((await ask("list", undefined, {})).status).toBe(401);
});

/** A browser that shows agents. */
async function watcher() {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(running.console.origin, {
    transports: ["websocket"],
    extraHeaders: { cookie },
    forceNew: true,
  });
  const told: AgentView[][] = [];
  let missed = 0;
  socket.on("agents", (agents) => told.push(agents));
  socket.on("agentsMissed", () => missed++);
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  expect(await socket.emitWithAck("subscribe", "agents")).toBe(true);
  return { socket, told, missed: () => missed };
}

test("browsers that show agents are told of those that report, enrol or are revoked, and of no others", async () => {
  const { socket, told, missed } = await watcher();
  await vi.waitFor(() => expect(missed()).toBe(1), until);
  const last = (id: string) => told.flat().findLast((agent) => agent.id === id);
  await fleet.report(["gate-1"], { readers: { failed: 1 } });
  await vi.waitFor(() => expect(last("gate-1")?.last?.report.readers).toEqual({ failed: 1 }), until);
  await fleet.enrol("south", "gate-3");
  await vi.waitFor(() => expect(last("gate-3")?.site).toBe("south"), until);
  expect(last("gate-2")).toBeUndefined();
  socket.emit("unsubscribe", "agents");
  const before = told.length;
  await fleet.report(["gate-1"]);
  const other = await watcher();
  await fleet.report(["gate-2"], { paused: "disk-full" });
  await vi.waitFor(() => expect(other.told.flat().map(({ id }) => id)).toContain("gate-2"), until);
  expect(told).toHaveLength(before);
  socket.disconnect();
  other.socket.disconnect();
});
