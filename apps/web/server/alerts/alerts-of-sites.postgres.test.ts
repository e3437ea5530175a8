import { randomBytes } from "node:crypto";
import { AlertDesk } from "@tapline/adapters/prisma/alerts";
import { type Alert, type AlertNews, entryOf, openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { AlertCounts } from "../../contracts/alerts.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const kim = { email: "kim@console.test", password: "nine green kettles sing" };

let site: TestConsole;
let admin: string;
let limited: string;
let kimId: string;
let north: Alert;
/** Of another site, and of none. */
let others: Alert[];
let places = 0;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie: admin } = await signIn(site.console.origin));
  kimId = await addPerson(site.prisma, { ...kim, name: "Kim", role: "operator" });
  await addPerson(site.prisma, {
    email: "sol@console.test",
    password: kim.password,
    name: "Sol",
    role: "operator",
  });
  await site.prisma.user.update({
    where: { email: "sol@console.test" },
    data: { scope: "sites", sites: ["south"] },
  });
  ({ cookie: limited } = await signIn(site.console.origin, kim));
});
beforeEach(async () => {
  await see("sites", ["north"]);
  places += 1;
  north = await raised({ site: "north", agent: `north-${places}` });
  others = [await raised({ site: "south", agent: `south-${places}` }), await raised({})];
});
afterAll(() => site.stop());

const see = (scope: string, sites: string[]) =>
  site.prisma.user.update({ where: { id: kimId }, data: { scope, sites } });

/** In one group, which is called by an agent of the south. */
async function raised(scope: Alert["scope"]): Promise<Alert> {
  const atEpochMs = Date.now();
  const step = openAlert(
    uuidV7(atEpochMs, randomBytes),
    {
      ...{
        ruleId: `rejects-${places}`,
        release: "ab".repeat(32),
        scope,
        severity: "warning",
        message: "too many",
      },
      ...{ unit: "rejects/s", value: 12, limit: 10, breachedAtEpochMs: atEpochMs, suppressedBy: null },
      ...{ group: `rejects-${places}|agent=south-0;site=south|1`, firstOut: scope.site === "south" },
    },
    { atEpochMs, actor: { kind: "job", id: "alerts" } },
  );
  const entries = [entryOf(step, uuidV7(atEpochMs, randomBytes))];
  await new AlertDesk(site.prisma).write([{ baseRev: 0, alert: step.alert, entries }]);
  return step.alert;
}

async function ask(path: string, input: object = {}, cookie = limited) {
  const query = `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${site.console.origin}/api/trpc/${path}${query}`, { headers: { cookie } });
  const text = await response.text();
  return {
    status: response.status,
    text,
    data: (JSON.parse(text) as { result?: { data: unknown } }).result?.data,
  };
}

async function act(path: string, input: object, cookie = limited) {
  const response = await fetch(`${site.console.origin}/api/trpc/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text() };
}

test("alerts of one's sites are listed, counted and told in full, and nothing in them names another place", async () => {
  const list = await ask("alertBoard.list");
  expect(list.data).toMatchObject({ alerts: [{ id: north.id, group: null }], next: null });
  const counts = await ask("alertBoard.counts");
  expect((counts.data as AlertCounts).open.warning.activeUnacknowledged).toBe(1);
  expect(counts.data).toMatchObject({ newestFirstOut: { id: north.id }, groupSizes: {} });
  const detail = await ask("alertBoard.detail", { id: north.id });
  expect(detail.data).toMatchObject({ alert: { id: north.id }, groupSize: 1 });
  expect((await ask("alertBoard.similar", { id: north.id })).status).toBe(200);
  for (const { text } of [list, counts, detail]) expect(text).not.toContain("south");
  expect((await ask("alertBoard.list", { group: north.group })).data).toEqual({ alerts: [], next: null });
  expect((await ask("alertBoard.list", { view: "history" })).data).toEqual({ alerts: [], next: null });
  expect((await ask("alertBoard.list", { group: north.group }, admin)).data).toMatchObject({
    alerts: [{}, {}, {}],
  });
  await see("sites", []);
  expect((await ask("alertBoard.list")).data).toEqual({ alerts: [], next: null });
  await see("whole", []);
  expect((await ask("alertBoard.list")).data).toMatchObject({ alerts: [{}, {}, {}] });
});

test("an alert elsewhere, or of no site, is not known, and nothing is done to it", async () => {
  const untilEpochMs = Date.now() + 600_000;
  const acts: [string, object][] = [
    ["alerts.acknowledge", {}],
    ["alerts.shelve", { mode: "timed", untilEpochMs, reason: "works" }],
    ["alerts.unshelve", { reason: "done" }],
    ["alerts.takeOutOfService", { reason: "works" }],
    ["alerts.returnToService", { reason: "done" }],
    ["alerts.assign", { to: kimId }],
    ["alerts.note", { note: "seen" }],
  ];
  for (const { id } of others) {
    expect((await ask("alertBoard.detail", { id })).status).toBe(404);
    expect((await ask("alertBoard.similar", { id })).status).toBe(404);
    for (const [path, more] of acts)
      expect([path, (await act(path, { id, rev: 1, ...more })).status]).toEqual([path, 404]);
  }
  const ids = others.map(({ id }) => id);
  expect(await site.prisma.alert.count({ where: { id: { in: ids }, rev: 1 } })).toBe(2);
});

test("an operator sees to the alerts of their sites, and gives them to those who see them", async () => {
  const { id } = north;
  const acknowledged = await act("alerts.acknowledge", { id, rev: 1 });
  expect([acknowledged.status, acknowledged.text.includes("south")]).toEqual([200, false]);
  const people = (await ask("alertBoard.people")).data as { id: string; name: string }[];
  expect(people.map(({ name }) => name)).toEqual(["Administrator", "Kim"]);
  const sol = await site.prisma.user.findUniqueOrThrow({ where: { email: "sol@console.test" } });
  // Nothing in the answer says whether there is such a person.
  for (const to of [sol.id, "sol@console.test", "nobody@console.test"]) {
    const { status, text } = await act("alerts.assign", { id, rev: 2, to });
    expect([status, text.includes("Sol")]).toEqual([400, false]);
    expect(text).toContain(`nobody who may see to this alert is known by ${to}`);
  }
  expect((await act("alerts.assign", { id, rev: 2, to: kimId })).status).toBe(200);
  await site.prisma.user.update({ where: { id: kimId }, data: { role: "viewer" } });
  expect((await act("alerts.note", { id, rev: 3, note: "seen" })).status).toBe(403);
  await site.prisma.user.update({ where: { id: kimId }, data: { role: "operator" } });
});

test("of an alert those are offered who see it, to whoever sees it", async () => {
  const offered = async ({ id }: Alert, cookie = admin) =>
    (await ask("alertBoard.people", { alert: id }, cookie)).data as { name: string }[] | undefined;
  const namesFor = async (alert: Alert) => (await offered(alert))?.map(({ name }) => name);
  const [south, ofNone] = others as [Alert, Alert];
  expect(await namesFor(north)).toEqual(["Administrator", "Kim"]);
  expect(await namesFor(south)).toEqual(["Administrator", "Sol"]);
  expect(await namesFor(ofNone)).toEqual(["Administrator"]);
  expect(await offered(north, limited)).toEqual(await offered(north));
  for (const { id } of others) expect((await ask("alertBoard.people", { alert: id })).status).toBe(404);
});

test("the history of a figure is told of one's sites alone", async () => {
  const untilEpochMs = Date.now();
  const asked = { resolutionMs: 60_000, fromEpochMs: untilEpochMs - 600_000, untilEpochMs };
  const statusOf = async (scope: object) =>
    (await ask("kpi.series", { kpi: "agents.offline", scope, ...asked })).status;
  expect(await statusOf({ site: "north" })).toBe(200);
  expect(await statusOf({ site: "north", agent: "north-1" })).toBe(200);
  expect(await statusOf({ site: "south" })).toBe(403);
  expect(await statusOf({})).toBe(403);
});

test("a socket hears of its sites' alerts, without what they say of others, and of no others", {
  timeout: 120_000,
}, async () => {
  const socket: Socket = io(site.console.origin, {
    ...{ transports: ["websocket"], forceNew: true, reconnection: false },
    extraHeaders: { cookie: limited, origin: site.console.origin },
  });
  const heard: AlertNews[] = [];
  socket.on("alerts", (news: AlertNews) => heard.push(news));
  await new Promise((connected) => socket.once("connect", () => connected(null)));
  expect(await socket.emitWithAck("subscribe", "alerts")).toBe(true);
  // The last one is of the north: what was told before it came before it.
  for (const { id } of [...others, north])
    expect((await act("alerts.acknowledge", { id, rev: 1 }, admin)).status).toBe(200);
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), { timeout: 30_000 });
  expect(heard).toMatchObject([{ is: "alerts", alerts: [{ id: north.id, rev: 2, group: null }] }]);
  expect(JSON.stringify(heard)).not.toContain("south");
  socket.close();
});
