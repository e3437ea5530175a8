import { AgentLogs } from "@tapline/adapters/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentLogView } from "../../contracts/agents.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let logs: AgentLogs;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "operator");
  logs = new AgentLogs(running.redis, Date.now);
  const fleet = new FleetFeed(running.prisma);
  await fleet.enrol("north", "gate-1", "gate-2", "gate-3");
  await running.prisma.agent.update({ where: { id: "gate-3" }, data: { revokedAt: new Date() } });
});
afterAll(() => running.stop());

async function show(id: string): Promise<{ status: number; data: AgentLogView | undefined }> {
  const query = encodeURIComponent(JSON.stringify({ id }));
  const url = `${running.console.origin}/api/trpc/agentLog.show?input=${query}`;
  const response = await fetch(url, { headers: { cookie } });
  const { result } = (await response.json()) as { result?: { data: AgentLogView } };
  return { status: response.status, data: result?.data };
}

async function ask(input: object): Promise<number> {
  const { origin } = running.console;
  const response = await fetch(`${origin}/api/trpc/agentLog.ask`, {
    ...{ method: "POST", body: JSON.stringify(input) },
    headers: { cookie, origin, "content-type": "application/json" },
  });
  return response.status;
}

const entries = () => running.prisma.auditEntry.count({ where: { action: "agent.log-asked" } });

test("an operator asks for an agent's log, audited, and is shown what it told", async () => {
  expect((await show("gate-1")).data).toEqual({ asked: null, told: null });
  expect(await ask({ id: "gate-1", lines: 50, reason: "its clock jumps" })).toBe(200);
  expect((await show("gate-1")).data).toMatchObject({
    asked: { lines: 50, by: "Administrator" },
    told: null,
  });
  expect(await entries()).toBe(1);
  const [asked] = [...(await logs.asked()).values()];
  const text = '{"level":30,"msg":"the agent is ready"}\n';
  const told = { is: "told", id: asked?.id ?? "", text, cut: false, atEpochMs: 7 } as const;
  await logs.tell("gate-1", told);
  expect((await show("gate-1")).data).toEqual({ asked: null, told });
});

test("what is not asked for is not recorded: an agent that is asked already, is revoked, or is not there; too many lines", async () => {
  expect(await ask({ id: "gate-2", lines: 50, reason: "once" })).toBe(200);
  const before = await entries();
  expect(await ask({ id: "gate-2", lines: 50, reason: "twice" })).toBe(409);
  expect(await ask({ id: "gate-3", lines: 50, reason: "revoked" })).toBe(409);
  expect(await ask({ id: "gate-9", lines: 50, reason: "nobody" })).toBe(404);
  expect(await ask({ id: "gate-1", lines: 501, reason: "all" })).toBe(400);
  expect(await ask({ id: "gate-1", lines: 50, reason: " " })).toBe(400);
  expect(await entries()).toBe(before);
});

test("a viewer is shown none of it, and asks for none", async () => {
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect((await show("gate-1")).status).toBe(403);
  expect(await ask({ id: "gate-1", lines: 50, reason: "to see" })).toBe(403);
});
