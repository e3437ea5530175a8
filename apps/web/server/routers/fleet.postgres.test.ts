import { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  const report = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, clockSkewMs: 0 },
    ...({ link: "grpc", paused: null, readers: {}, certificateEndsAtEpochMs: null } as const),
    outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
  };
  const store = new FleetStore(running.prisma);
  const told = ["gate-1", "gate-2", "gate-3"].map((agent) => ({ agent, report, seenAtEpochMs: Date.now() }));
  await store.keepReports(told.map((one, i) => (i === 2 ? { ...one, seenAtEpochMs: 1 } : one)));
});
afterAll(() => running.stop());

async function ask(procedure: string, input: unknown, headers: Record<string, string> = { cookie }) {
  const query = encodeURIComponent(JSON.stringify(input));
  const response = await fetch(`${running.console.origin}/api/trpc/fleet.${procedure}?input=${query}`, {
    headers,
  });
  const body = (await response.json()) as {
    result?: { data: { agents: { id: string }[]; next: string | null } };
  };
  return { status: response.status, data: body.result?.data };
}

test("the fleet is listed in pages, by name", async () => {
  const one = await ask("list", { limit: 2 });
  expect(one.data?.agents.map(({ id }) => id)).toEqual(["gate-1", "gate-2"]);
  const two = await ask("list", { limit: 2, after: one.data?.next });
  expect([two.data?.agents.map(({ id }) => id), two.data?.next]).toEqual([["gate-3"], null]);
});

test("silent agents are told from others, and what is under way is shown", async () => {
  const silent = await ask("list", { silentForMs: 600_000 });
  expect(silent.data?.agents.map(({ id }) => id)).toEqual(["gate-3"]);
  const actor = { kind: "operator", id: "ann" } as const;
  const act = { actor, reason: "a test", atEpochMs: Date.now(), dryRun: false };
  await new FleetDesk(running.prisma).start("version", "1.2.0", [1], act);
  expect((await ask("state", {})).data).toMatchObject({
    config: { standing: 0, rollout: null },
    version: { standing: null, rollout: { target: "1.2.0", state: "running" } },
  });
});

test("nobody sees it without signing in", async () => {
  expect((await ask("list", {}, {})).status).toBe(401);
});

test("an admin keeps an agent at settings and takes that off, told beforehand what it does, audited; others may not", async () => {
  const { console: site, prisma } = running;
  const change = async (procedure: string, input: unknown) => {
    const response = await fetch(`${site.origin}/api/trpc/fleet.${procedure}`, {
      ...{ method: "POST", body: JSON.stringify(input) },
      headers: { cookie, origin: site.origin, "content-type": "application/json" },
    });
    return { status: response.status, body: (await response.json()) as object };
  };
  const act = { actor: { kind: "operator", id: "ann" }, reason: "a test", dryRun: false } as const;
  await new FleetDesk(prisma).makeRevision({ buzzer: false }, { ...act, atEpochMs: Date.now() });
  const before = { pinnedRevision: null, pinnedVersion: null };
  const pinsOf = (id: string) =>
    prisma.agent.findUniqueOrThrow({ where: { id }, select: { pinnedRevision: true, pinnedVersion: true } });

  const told = await ask("pinEffect", { id: "gate-1", revision: 1 });
  expect(told.data).toMatchObject([{ agents: ["gate-1"], to: expect.stringContaining("config 1") }]);
  expect(await pinsOf("gate-1")).toEqual(before);
  expect((await change("pin", { id: "gate-1", reason: "x" })).status).toBe(400);
  expect((await change("pin", { id: "gate-1", revision: 9, reason: "x" })).status).toBe(404);
  expect((await change("pin", { id: "gate-1", revision: 1, reason: "too loud" })).status).toBe(200);
  expect(await pinsOf("gate-1")).toEqual({ ...before, pinnedRevision: 1 });
  expect((await change("unpin", { id: "gate-1", reason: "people like it" })).status).toBe(200);
  expect(await pinsOf("gate-1")).toEqual(before);
  const entries = await prisma.auditEntry.findMany({
    where: { subject: "agent/gate-1" },
    orderBy: { recordedAt: "asc" },
  });
  expect(entries.map(({ action }) => action)).toEqual(["fleet.pinned", "fleet.unpinned"]);

  const { password } = adminSignIn;
  const version = { id: "gate-1", version: "1.2.0", reason: "x" };
  expect((await change("pin", version)).status).toBe(403);
  expect((await change("pin", { ...version, password: "not the password" })).status).toBe(403);
  expect(await pinsOf("gate-1")).toEqual(before);
  expect((await change("pin", { ...version, password })).status).toBe(200);
  expect(await pinsOf("gate-1")).not.toEqual(before);
  expect((await change("unpin", { id: "gate-1", reason: "x" })).status).toBe(200);

  await setRole(prisma, adminSignIn.email, "operator");
  expect((await change("pin", { id: "gate-1", revision: 1, reason: "x" })).status).toBe(403);
  expect((await change("unpin", { id: "gate-1", reason: "x" })).status).toBe(403);
  expect((await ask("pinEffect", { id: "gate-1", revision: 1 })).status).toBe(403);
  await setRole(prisma, adminSignIn.email, "admin");
});
