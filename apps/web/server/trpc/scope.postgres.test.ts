import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { AgentView } from "../../contracts/agents.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { appRouter } from "./app-router.ts";

const { password } = adminSignIn;
const kim = { email: "kim@console.test", password: "nine green kettles sing" };

/** What those may ask for who see some sites only. Whatever is added here minds `viewer.sites`, and is tried below. */
const ofSites = [
  ...["agentBoard.list", "agentBoard.count", "agentBoard.detail", "agentLog.show", "agentLog.ask"],
  // Tried in ../alerts/alerts-of-sites.postgres.test.ts.
  ...["alertBoard.list", "alertBoard.counts", "alertBoard.detail", "alertBoard.similar", "alertBoard.people"],
  ...["alerts.acknowledge", "alerts.shelve", "alerts.unshelve", "alerts.takeOutOfService"],
  ...["alerts.returnToService", "alerts.assign", "alerts.note", "kpi.series"],
  // Tried in ../taps/taps-of-sites.postgres.test.ts.
  ...["tap.list", "tap.trace", "tap.proof"],
  // Tried in packages/core/adapters/src/prisma/acts-of-people.postgres.test.ts.
  "auditBoard.lastActs",
];
const ofOneself = [
  ...["you.show", "you.endSession", "you.endOtherSessions"],
  ...["savedViews.list", "savedViews.save", "savedViews.rename", "savedViews.remove"],
];

let site: TestConsole;
let admin: string;
let kimId: string;
let limited: string;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie: admin } = await signIn(site.console.origin));
  kimId = await addPerson(site.prisma, { ...kim, name: "Kim", role: "operator" });
  ({ cookie: limited } = await signIn(site.console.origin, kim));
  const enrolledAt = new Date();
  await site.prisma.agent.createMany({
    data: [
      { id: "north-1", site: "north", enrolledAt },
      { id: "north-2", site: "north", enrolledAt },
      { id: "south-1", site: "south", enrolledAt },
      // Called as nothing else may be that has to do with sites.
      { id: "south-2", site: "sites", enrolledAt },
    ],
  });
});
beforeEach(() => see(["north"]));
afterAll(() => site.stop());

/** Has Kim see these sites. */
async function see(sites: readonly string[] | null): Promise<void> {
  const scope = sites === null ? "whole" : "sites";
  await site.prisma.user.update({ where: { id: kimId }, data: { scope, sites: [...(sites ?? [])] } });
}

async function ask(path: string, input: object | undefined, cookie = limited) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${site.console.origin}/api/trpc/${path}${query}`, { headers: { cookie } });
  const { result } = (await response.json()) as { result?: { data: unknown } };
  return { status: response.status, data: result?.data };
}

async function act(path: string, input: object, cookie = limited) {
  const response = await fetch(`${site.console.origin}/api/trpc/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(input),
  });
  return response.status;
}

type Procedures = Record<string, { _def: { type: string; meta?: { scope?: string } } }>;
const procedures = Object.entries(appRouter._def.procedures as unknown as Procedures);

test("what is of sites is said where it is made, and nothing else is open to those who see some of them only", {
  timeout: 180_000,
}, async () => {
  const declared = procedures.flatMap(([path, { _def }]) => (_def.meta?.scope === "site" ? [path] : []));
  expect(declared.toSorted()).toEqual([...ofSites, ...ofOneself].toSorted());
  const closed = procedures.filter(([path]) => !declared.includes(path));
  expect(closed.length).toBeGreaterThan(100);
  const statuses = closed.map(async ([path, { _def }]) => [
    path,
    _def.type === "mutation" ? await act(path, {}) : (await ask(path, undefined)).status,
  ]);
  expect(await Promise.all(statuses)).toEqual(closed.map(([path]) => [path, 403]));
  const refused = await site.prisma.auditEntry.findMany({ where: { action: "act.refused", actorId: kimId } });
  expect(refused.length).toBeGreaterThan(0);
});

test("agents of other sites are in no list, not counted, and not known by name", async () => {
  const idsOf = async () =>
    ((await ask("agentBoard.list", undefined)).data as AgentView[]).map(({ id }) => id);
  expect(await idsOf()).toEqual(["north-1", "north-2"]);
  expect((await ask("agentBoard.count", undefined)).data).toMatchObject({ known: 2 });
  const asked = { lines: 5, reason: "a look" };
  for (const [id, status] of [
    ["north-1", 200],
    ["south-1", 404],
    ["nobody", 404],
  ] as const) {
    expect([id, (await ask("agentBoard.detail", { id })).status]).toEqual([id, status]);
    if (status === 200) expect((await ask("agentLog.show", { id })).status).toBe(200);
    else {
      expect([id, (await ask("agentLog.show", { id })).status]).toEqual([id, 404]);
      expect([id, await act("agentLog.ask", { id, ...asked })]).toEqual([id, 404]);
    }
  }
  await see([]);
  expect((await ask("auditBoard.lastActs", undefined)).data).toEqual({ acts: [], names: {} });
  expect(await idsOf()).toEqual([]);
  expect((await ask("agentBoard.count", undefined)).data).toMatchObject({ known: 0 });
  expect((await ask("agentBoard.detail", { id: "north-1" })).status).toBe(404);
  await see(null);
  expect(await idsOf()).toEqual(["north-1", "north-2", "south-1", "south-2"]);
});

test("exports are of the whole, and slips of one's sites, whatever way their address is written", async () => {
  const get = (path: string) => fetch(`${site.console.origin}${path}`, { headers: { cookie: limited } });
  expect((await get("/api/audit/export?form=ndjson")).status).toBe(403);
  expect((await get("/taps/slip?tap=a%201%201")).status).toBe(404);
  expect((await get("/taps/slip?tap=")).status).toBe(400);
  await see(null);
  expect((await get("/taps/slip?tap=")).status).toBe(400);
});

const reason = "looks after the north";
const wish = (given: object) => ({ id: kimId, reason, password, ...given });

test("an admin says what somebody sees, by their password, and not against what another has said; admins see all", async () => {
  await see(null);
  const toNorth = { seen: null, sites: ["north"] };
  expect(await act("people.setScope", { ...wish(toNorth), password: "not the password" }, admin)).toBe(403);
  expect(await act("people.setScope", wish(toNorth), admin)).toBe(200);
  expect(await act("people.setScope", wish(toNorth), admin)).toBe(409);
  expect(await act("people.setRole", wish({ seen: "operator", role: "admin" }), admin)).toBe(409);
  const entry = await site.prisma.auditEntry.findFirstOrThrow({
    where: { action: "user.changed", subject: `user/${kimId}` },
    orderBy: { recordedAt: "desc" },
  });
  expect(JSON.parse(Buffer.from(entry.bytes).toString("utf8"))).toMatchObject({
    ...{ before: { scope: "whole" }, after: { scope: "sites", sites: "north" } },
    facts: { by: "people.setScope" },
  });
  await expect(site.prisma.user.update({ where: { id: kimId }, data: { role: "admin" } })).rejects.toThrow();
});

test("a socket hears of its sites' agents, of no others, of nothing of the whole, and comes anew once its person sees others", {
  timeout: 180_000,
}, async () => {
  const socket: Socket = io(site.console.origin, {
    ...{ transports: ["websocket"], forceNew: true, reconnection: false },
    extraHeaders: { cookie: limited, origin: site.console.origin },
  });
  const heard: AgentView[] = [];
  const other: string[] = [];
  let [missed, renewed] = [0, false];
  socket.on("agents", (agents: AgentView[]) => heard.push(...agents));
  socket.on("agentsMissed", () => (missed += 1));
  socket.on("roleChanged", () => (renewed = true));
  // Not "alertsMissed": it has everybody ask again after Redis was away for a moment, and says nothing.
  for (const event of ["kpi", "alerts", "changed", "auditEntries"]) socket.on(event, () => other.push(event));
  await new Promise((connected) => socket.once("connect", () => connected(null)));
  for (const topic of ["kpi", "alerts", "agents", "keys", "noops", "releases"])
    expect(await socket.emitWithAck("subscribe", topic)).toBe(true);
  expect(await socket.emitWithAck("watchAudit", {})).toEqual({ is: "refused", why: "forbidden" });
  // What it begins with.
  await vi.waitFor(() => expect(missed).toBeGreaterThan(0), { timeout: 30_000 });
  for (const id of ["south-1", "south-2", "north-1"])
    expect(await act("agent.revoke", { id, reason, password }, admin)).toBe(200);
  await vi.waitFor(() => expect(heard.map(({ id }) => id)).toContain("north-1"), {
    ...{ timeout: 60_000, interval: 200 },
  });
  expect(heard.every(({ id }) => id.startsWith("north"))).toBe(true);
  expect(other).toEqual([]);
  expect(await act("people.setScope", wish({ seen: ["north"], sites: ["south"] }), admin)).toBe(200);
  await vi.waitFor(() => expect(renewed && !socket.connected).toBe(true), { timeout: 30_000 });
  socket.close();
});
