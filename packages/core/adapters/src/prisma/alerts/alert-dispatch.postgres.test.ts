import type { Alert } from "@tapline/core/alerts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acknowledge, ada, clear, minuteMs, openTold, raiseOf, type Told } from "./told-alerts.fixture.ts";

let told: Told;

beforeEach(async () => {
  told = await openTold();
});
afterEach(() => told.close());

const first = ["call desk 0 waiting", "call first 0 waiting"];

test("what is raised is told once, by its routes, however many rounds and processes there are", async () => {
  await told.raise();
  const rounds = await Promise.all([told.dispatch.round(), told.dispatch.round(), told.dispatch.round()]);
  expect(rounds.flatMap(({ unknown }) => unknown)).toEqual(["nobody"]);
  await told.dispatch.round();
  expect(await told.log()).toEqual(first);
  expect(await told.prisma.alertUntold.count()).toBe(0);
  await told.raise("north");
  await told.dispatch.round();
  expect((await told.log()).slice(2)).toEqual(["call desk 0 waiting", "call north-desk 0 waiting", first[1]]);
});

test("a flood is told in rounds: of each alert everybody once, in order, and what rests goes on", async () => {
  const all = 450;
  const alerts: Alert[] = [];
  for (let i = 0; i < all; i++) alerts.push(await told.raise(`s${i}`));
  const rounds = async () => {
    for (let more = true; more; ) ({ more } = await told.dispatch.round());
  };
  await rounds();
  const over = await Promise.all(alerts.slice(0, 250).map((alert) => told.on(alert, clear)));
  await rounds();
  told.passMs(5 * minuteMs);
  await rounds();
  const raise = (i: number) => ({ kind: "raise", ...raiseOf(`s${i}`), breachedAtEpochMs: 1 }) as const;
  await Promise.all(over.map((alert, i) => told.on(alert, raise(i))));
  await rounds();
  const rows = await told.prisma.alertDelivery.findMany({ orderBy: { seq: "asc" } });
  const byAlert = Map.groupBy(rows, ({ alertId }) => alertId);
  const lines = (id: string) => byAlert.get(id)?.map(({ kind, channel }) => `${kind} ${channel}`);
  const again = ["over desk", "over first", "call desk", "call boss"];
  for (const [i, { id }] of alerts.entries())
    expect(lines(id)).toEqual(["call desk", "call first", ...(i < 250 ? again : ["call boss"])]);
  expect(await told.prisma.alertUntold.count()).toBe(0);
  expect(await told.prisma.alertEscalation.count({ where: { step: 2 } })).toBe(all);
}, 120_000);

test("that an alert is to be told is written with it, and gone with it where its transaction fails", async () => {
  const alert = await told.raise();
  const failing = told.prisma.$transaction(async (tx) => {
    await tx.alert.update({ where: { id: alert.id }, data: { rev: 2 } });
    expect(await tx.alertUntold.count()).toBe(2);
    throw new Error("cut off");
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(await told.prisma.alertUntold.findMany()).toEqual([{ alertId: alert.id, rev: 1 }]);
});

test("steps go on until somebody acknowledges, and no further; who was told hears who it was", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  for (const minutes of [4, 1, 9, 1, 10]) {
    told.passMs(minutes * minuteMs);
    await told.dispatch.round();
  }
  const steps = ["call boss 1 waiting", "call boss 2 waiting", "call boss 3 waiting"];
  expect(await told.log()).toEqual([...first, ...steps]);
  await told.deliveries.take((await told.deliveries.list({ channel: "boss" }, 1))[0]?.id ?? "");
  await told.act(alert, acknowledge);
  await told.dispatch.round();
  told.passMs(60 * minuteMs);
  await told.dispatch.round();
  expect(await told.log()).toEqual([
    ...[...first, ...steps].map((line) => line.replace("waiting", "moot")),
    ...["desk", "first", "boss"].map((name) => `acknowledged ${name} 0 waiting`),
  ]);
  expect(await told.prisma.alertEscalation.count()).toBe(0);
  const [last] = await told.deliveries.list({}, 1);
  expect(last?.notice).toMatchObject({ by: "ada", kind: "acknowledged" });
});

test("steps rest while the breach is over, and go on where they were when it comes back", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  const over = await told.on(alert, clear);
  await told.dispatch.round();
  told.passMs(30 * minuteMs);
  await told.dispatch.round();
  expect(await told.log()).toEqual([...first, "over desk 0 waiting", "over first 0 waiting"]);
  await told.on(over, { kind: "raise", ...raiseOf("south"), breachedAtEpochMs: 1 });
  await told.dispatch.round();
  expect((await told.log()).slice(4)).toEqual(["call desk 0 waiting", "call boss 1 waiting"]);
});

test("maintenance holds back what it names; at its end what still calls is told, and what is over is not", async () => {
  const window = await told.maintenance.start(
    { sites: ["south"], rules: [], endsAtEpochMs: told.clock() + 20 * minuteMs },
    ada,
  );
  const [stays, goes] = [await told.raise(), await told.raise("north")];
  await told.dispatch.round();
  expect(await told.log()).toEqual([
    ...["call desk 0 held", "call desk 0 waiting", "call north-desk 0 waiting", "call first 0 waiting"],
  ]);
  await told.act(goes, acknowledge);
  told.passMs(10 * minuteMs);
  await told.dispatch.round();
  expect((await told.log())[0]).toBe("call desk 0 held");
  await told.maintenance.end(window.id, ada);
  await told.dispatch.round();
  const log = await told.log();
  expect([log[0], log.filter((line) => line.startsWith("call first")).length]).toEqual([
    "call desk 0 waiting",
    2,
  ]);
  await expect(told.maintenance.end(window.id, ada)).rejects.toThrow("over already");
  expect(stays.state).toBe("active-unacknowledged");
});

test("what was over before maintenance was is not told at all", async () => {
  const endsAtEpochMs = told.clock() + 20 * minuteMs;
  await told.maintenance.start({ sites: [], rules: ["agents-offline"], endsAtEpochMs }, ada);
  const alert = await told.raise();
  await told.dispatch.round();
  await told.on(alert, clear);
  await told.dispatch.round();
  told.passMs(20 * minuteMs);
  await told.dispatch.round();
  expect(await told.log()).toEqual(["call desk 0 moot"]);
});

test("maintenance of what there is not is refused with what there is: a name that is misspelt would call people all night", async () => {
  const endsAtEpochMs = told.clock() + minuteMs;
  const of = (sites: string[], rules: string[] = []) =>
    told.maintenance.start({ sites, rules, endsAtEpochMs }, ada);
  const refused = {
    code: "invalid-input",
    message: "nothing is known of a site nrth (did you mean north?)",
  };
  await expect(of(["south", "nrth"])).rejects.toMatchObject(refused);
  await expect(told.maintenance.assertKnown({ sites: ["nrth"], rules: [] })).rejects.toMatchObject(refused);
  await expect(of(["south"], ["agents-ofline"])).rejects.toMatchObject({
    message: "nothing is known of a rule in force agents-ofline (did you mean agents-offline?)",
    remedy: expect.not.stringContaining("site"),
  });
  expect(await told.maintenance.list("all")).toEqual([]);
  const token = { digest: new Uint8Array(32), agentId: "gate-south", site: "nrth", createdBy: "ada" };
  const [createdAt, expiresAt] = [new Date(told.clock()), new Date(told.clock() + minuteMs)];
  await told.prisma.agentToken.create({ data: { ...token, createdAt, expiresAt } });
  expect(await of(["nrth", "default"], ["agents-offline"])).toMatchObject({ sites: ["nrth", "default"] });
});

test("maintenance begins now, ends within 7 days, and both ends are in the audit log", async () => {
  const wanted = { sites: [], rules: [], endsAtEpochMs: told.clock() };
  await expect(told.maintenance.start(wanted, ada)).rejects.toThrow("next 7 days");
  const far = { ...wanted, endsAtEpochMs: told.clock() + 8 * 24 * 60 * minuteMs };
  await expect(told.maintenance.start(far, ada)).rejects.toThrow("next 7 days");
  const { id } = await told.maintenance.start({ ...wanted, endsAtEpochMs: told.clock() + minuteMs }, ada);
  expect(await told.maintenance.list("on")).toMatchObject([{ id, startedBy: "ada", reason: "a test" }]);
  await told.maintenance.end(id, ada);
  expect(await told.maintenance.list("on")).toEqual([]);
  const entries = await told.prisma.auditEntry.findMany({
    where: { subject: `alert-maintenance/${id}` },
    orderBy: { recordedAt: "asc" },
  });
  expect(entries.map(({ action }) => action)).toEqual([
    "alert-maintenance.started",
    "alert-maintenance.ended",
  ]);
});
