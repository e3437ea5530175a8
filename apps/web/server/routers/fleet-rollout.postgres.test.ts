import { FleetDesk } from "@tapline/adapters/prisma/fleet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RolloutBoard } from "../../contracts/rollouts.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const { password } = adminSignIn;

let running: TestConsole;
let fleet: FleetFeed;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  fleet = new FleetFeed(running.prisma);
  await fleet.enrol("north", "gate-1", "gate-2", "gate-3");
  await running.prisma.agent.update({ where: { id: "gate-1" }, data: { ring: 0 } });
  await fleet.report(["gate-1", "gate-2", "gate-3"]);
});
afterAll(() => running.stop());

interface Answer<Data> {
  status: number;
  data: Data;
  message: string | undefined;
}

async function answerOf<Data>(response: Response): Promise<Answer<Data>> {
  const body = (await response.json()) as { result?: { data: Data }; error?: { message: string } };
  return { status: response.status, data: body.result?.data as Data, message: body.error?.message };
}

async function ask<Data>(procedure: string, input: unknown = {}): Promise<Answer<Data>> {
  const query = encodeURIComponent(JSON.stringify(input));
  const url = `${running.console.origin}/api/trpc/fleetRollout.${procedure}?input=${query}`;
  return await answerOf(await fetch(url, { headers: { cookie } }));
}

async function change<Data>(procedure: string, input: unknown): Promise<Answer<Data>> {
  const { origin } = running.console;
  return await answerOf(
    await fetch(`${origin}/api/trpc/fleetRollout.${procedure}`, {
      ...{ method: "POST", body: JSON.stringify(input) },
      headers: { cookie, origin, "content-type": "application/json" },
    }),
  );
}

const board = async () => (await ask<RolloutBoard>("board")).data;
const config = async () => (await board()).tracks.find(({ kind }) => kind === "config");

/** The roll-out of settings as somebody sees it who looks now. */
async function seen() {
  const { id = 0, reached = 0, state = "running" } = (await config())?.rollout ?? {};
  return { id, reached, state };
}

test("settings are made, shown beforehand, given ring by ring, halted, resumed and taken back, all of it audited", async () => {
  const made = await change<{ revision: number }>("makeSettings", {
    ...{ settings: { buzzer: false, reportEveryMs: 30_000 }, reason: "quiet at night" },
  });
  expect(made).toMatchObject({ status: 200, data: { revision: 1 } });
  expect((await change("makeSettings", { settings: { volume: 3 }, reason: "x" })).status).toBe(400);
  const start = { kind: "config", target: 1, rings: null };
  const effect = [{ agents: ["gate-1"], to: expect.stringContaining("config 1") }];
  expect((await ask("startEffect", start)).data).toMatchObject(effect);
  expect((await config())?.rollout).toBeNull();
  expect((await change("start", { start, reason: "as agreed", password: "not mine" })).status).toBe(403);
  expect(await change("start", { start, reason: "as agreed", password })).toMatchObject({
    ...{ status: 200, data: effect },
  });
  expect(await board()).toMatchObject({
    tracks: [
      {
        ...{ kind: "config", standing: 0, rollout: { target: 1, base: 0, rings: [0, 1], reached: 0 } },
        rings: [
          { ring: 0, reached: true, troubled: [{ agent: "gate-1", trouble: "pending" }] },
          { ring: 1, reached: false, agents: 2 },
        ],
        acts: [{ action: "fleet.rollout-started", reason: "as agreed" }],
      },
      { kind: "version", rollout: null, acts: [] },
    ],
    revisions: [{ revision: 1, settings: { buzzer: false, reportEveryMs: 30_000 } }],
  });

  const early = { kind: "config", seen: await seen() } as const;
  const refused = await ask("stepEffect", { ...early, step: "advance" });
  expect(refused).toMatchObject({ status: 409, message: expect.stringContaining("gate-1 pending") });
  expect((await change("advance", { ...early, reason: "x", force: true })).status).toBe(403);
  await fleet.report(["gate-1"], { configRevision: 1 });
  expect((await ask("stepEffect", { ...early, step: "advance" })).data).toMatchObject([
    { agents: ["gate-2", "gate-3"] },
  ]);
  expect((await change("halt", { ...early, reason: "let us look" })).status).toBe(200);
  // Who looked before that is told who was first.
  for (const step of ["halt", "advance", "abort"]) {
    const late = await change(step, { ...early, reason: "x" });
    expect(late).toMatchObject({
      ...{ status: 409, message: expect.stringMatching(/^Administrator was first: roll-out \d+ was halted/) },
    });
  }
  expect((await change("resume", { kind: "config", seen: await seen(), reason: "well" })).status).toBe(200);
  expect((await change("advance", { kind: "config", seen: await seen(), reason: "on" })).status).toBe(200);
  const forced = { kind: "config", seen: await seen(), reason: "they are away", force: true };
  expect((await change("advance", { ...forced, password })).status).toBe(200);
  expect(await config()).toMatchObject({ standing: 1, rollout: null });

  const back = { kind: "config", target: 0, rings: [1] };
  expect((await change("start", { start: back, reason: "x", password })).status).toBe(200);
  expect((await change("abort", { kind: "config", seen: await seen(), reason: "no" })).status).toBe(200);
  expect(await config()).toMatchObject({ standing: 1, rollout: null });
  const entries = await running.prisma.auditEntry.findMany({
    where: { action: { startsWith: "fleet." } },
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
  });
  expect(entries.map(({ action }) => action)).toEqual([
    ...["fleet.config-made", "fleet.rollout-started", "fleet.rollout-halted", "fleet.rollout-resumed"],
    ...["fleet.rollout-advanced", "fleet.rollout-finished", "fleet.rollout-started", "fleet.rollout-aborted"],
  ]);
});

test("what the command line does is seen here, and what is looked at may have been ended by it", async () => {
  const act = { actor: { kind: "operator", id: "ann" }, reason: "a test", dryRun: false } as const;
  const desk = new FleetDesk(running.prisma);
  await desk.start("version", "1.3.0", [0, 1], { ...act, atEpochMs: Date.now() });
  const { rollout } = (await board()).tracks.find(({ kind }) => kind === "version") ?? {};
  expect(rollout).toMatchObject({ target: "1.3.0", base: null });
  await desk.abort("version", { ...act, atEpochMs: Date.now() });
  const late = { kind: "version", seen: { id: rollout?.id, reached: 0, state: "running" }, reason: "x" };
  expect(await change("halt", late)).toMatchObject({
    ...{ status: 409, message: expect.stringMatching(/^ann was first: roll-out \d+ was aborted/) },
  });
});

test("an operator sees it and may do nothing of it", async () => {
  await setRole(running.prisma, adminSignIn.email, "operator");
  expect((await ask("board")).status).toBe(200);
  const start = { kind: "config", target: 0, rings: null };
  expect((await ask("startEffect", start)).status).toBe(403);
  const looked = { kind: "config", seen: { id: 1, reached: 0, state: "running" } };
  expect((await ask("stepEffect", { ...looked, step: "halt" })).status).toBe(403);
  const statuses = [
    await change("makeSettings", { settings: {}, reason: "x" }),
    await change("start", { start, reason: "x", password }),
    ...(await Promise.all(
      ["advance", "halt", "resume", "abort"].map((step) => change(step, { ...looked, reason: "x" })),
    )),
  ].map(({ status }) => status);
  expect(statuses).toEqual(Array(6).fill(403));
  await setRole(running.prisma, adminSignIn.email, "admin");
});
