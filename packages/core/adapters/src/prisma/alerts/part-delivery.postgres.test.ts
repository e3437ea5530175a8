import { afterEach, beforeEach, expect, test } from "vitest";
import type { Transaction } from "../acts.ts";
import { connectPrisma } from "../connect.ts";
import { giveWayMs } from "./push-pace.ts";
import { acknowledge, ada, openTold, type Told } from "./told-alerts.fixture.ts";

let told: Told;

beforeEach(async () => {
  told = await openTold();
});
afterEach(() => told.close());

test("a delivery to several becomes one for each, once; each waits, fails and is tried by itself", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  const browsers = ["a", "b", "c"].map((one) => ({ id: one, service: one === "c" ? "other" : "slow" }));
  await told.deliveries.part(taken, browsers);
  await told.deliveries.part(taken, browsers);
  const parts = await told.deliveries.list({ state: "waiting" }, 10);
  expect(parts.map(({ recipient }) => recipient).toSorted()).toEqual(["a", "b", "c"]);
  expect(await told.deliveries.find(id)).toMatchObject({ state: "sent", recipient: "" });
  expect(await told.deliveries.ask()).toEqual([]);
  expect((await told.deliveries.ask("browsers")).toSorted()).toEqual(parts.map((part) => part.id).toSorted());
  const [part] = parts;
  const tried = await told.deliveries.take(part?.id ?? "");
  if (tried === null) throw new Error("nothing to take");
  await told.deliveries.settle(tried, { kind: "failed", fault: "no connection", retryAfterMs: null });
  expect(await told.deliveries.find(tried.id)).toMatchObject({ state: "waiting", fault: "no connection" });
});

test("a call that somebody ended meanwhile is parted among nobody", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  const taken = await told.deliveries.take((await told.deliveries.ask())[0] ?? "");
  if (taken === null) throw new Error("nothing to take");
  await told.act(alert, acknowledge);
  await told.dispatch.round();
  await told.deliveries.part(taken, [{ id: "a", service: "" }]);
  expect((await told.deliveries.list({}, 100)).filter(({ recipient }) => recipient !== "")).toEqual([]);
  expect(await told.deliveries.find(taken.id)).toMatchObject({ state: "moot" });
  // Nor has it cost the channel one of its turns.
  expect(await told.prisma.alertPushPace.findMany()).toEqual([]);
});

test("who waits for a test of several hears of the one that it did not come to", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  await told.deliveries.part(
    taken,
    ["a", "b"].map((one) => ({ id: one, service: "" })),
  );
  const settle = async (recipient: string, outcome: Parameters<typeof told.deliveries.settle>[1]) => {
    const part = (await told.deliveries.list({}, 10)).find((one) => one.recipient === recipient);
    const tried = await told.deliveries.take(part?.id ?? "");
    if (tried !== null) await told.deliveries.settle(tried, outcome);
  };
  await settle("a", { kind: "sent" });
  // Nobody has tried the other one.
  expect(await told.deliveries.tried(id, 0)).toMatchObject({ state: "waiting", fault: "" });
  await settle("b", { kind: "refused", fault: "this browser is gone" });
  expect(await told.deliveries.tried(id, 60_000)).toMatchObject({
    ...{ id, recipient: "", state: "failed" },
    fault: "1 of 2 browsers could not be told: this browser is gone",
  });
});

/** Tells browsers of all that is due, as the role does. @returns what each of them was told in turn */
async function tellBrowsers(to: readonly string[]): Promise<string[]> {
  const before = new Set((await told.deliveries.list({}, 10_000)).map(({ id }) => id));
  for (let ids = await told.deliveries.ask(); ids.length > 0; ids = await told.deliveries.ask())
    for (const id of ids) {
      const taken = await told.deliveries.take(id);
      if (taken?.channel === "desk")
        await told.deliveries.part(
          taken,
          to.map((one) => ({ id: one, service: "push.example" })),
        );
      else if (taken !== null) await told.deliveries.settle(taken, { kind: "sent" });
    }
  const parts = (await told.deliveries.list({}, 10_000)).filter(
    ({ id, recipient }) => !before.has(id) && recipient === to[0],
  );
  return parts.toReversed().map(({ notice }) => `${notice.kind} ${notice.severity} ${notice.message}`);
}

test("of a flood a browser hears six times a minute, the sixth of them standing for all that wait, as urgent as they are; a test waits for nobody", async () => {
  for (let i = 0; i < 40; i++) await told.raise(`site-${i}`);
  while ((await told.dispatch.round()).more);
  const browsers = Array.from({ length: 3 }, (_, i) => `browser-${i}`);
  const call = "call critical 2 agents are offline";
  expect(await tellBrowsers(browsers)).toEqual([
    ...Array.from({ length: 5 }, () => call),
    "more critical 35 more alerts, 35 of them critical",
  ]);
  const log = await told.deliveries.list({ channel: "desk" }, 1_000);
  expect(log.filter(({ fault }) => fault === "told together with others")).toHaveLength(35);
  expect(log.filter(({ recipient }) => recipient !== "")).toHaveLength(6 * browsers.length);
  for (let i = 0; i < 9; i++) await told.raise(`later-${i}`);
  await told.dispatch.round();
  expect(await tellBrowsers(browsers)).toEqual([]);
  await told.deliveries.test("desk", ada);
  expect(await tellBrowsers(browsers)).toEqual(["test info This is a test of the channel desk"]);
  told.passMs(59_000);
  expect(await tellBrowsers(browsers)).toEqual([]);
  told.passMs(1_000);
  expect((await tellBrowsers(browsers)).map((one) => one.split(" ")[0])).toEqual([
    ...["call", "call", "call", "call", "call", "more"],
  ]);
  expect(
    (await told.deliveries.list({ channel: "desk", state: "waiting" }, 100)).every(
      ({ recipient }) => recipient !== "",
    ),
  ).toBe(true);
});

/** Holds what `hold` takes in a transaction of another process while `during` runs. */
async function whileHeld(
  hold: (tx: Transaction) => Promise<unknown>,
  during: () => Promise<void>,
): Promise<void> {
  const other = connectPrisma(told.databaseUrl);
  try {
    await other.$transaction(
      async (tx) => {
        await hold(tx);
        await during();
      },
      { timeout: 120_000 },
    );
  } finally {
    await other.$disconnect();
  }
}

/** A flood's first deliveries by `desk`, taken up at once. */
async function takeFlood() {
  for (let i = 0; i < 8; i++) await told.raise(`site-${i}`);
  while ((await told.dispatch.round()).more);
  const taken = await Promise.all((await told.deliveries.ask()).map((id) => told.deliveries.take(id)));
  return taken.flatMap((one) => (one?.channel === "desk" ? [one] : []));
}

const browser = [{ id: "a", service: "push.example" }];

test("what finds its channel's turn taken by another process gives way at once, keeps no connection, and is handed out again soon", async () => {
  const flood = await takeFlood();
  expect(flood).toHaveLength(8);
  const lock = "push-pace/desk";
  await whileHeld(
    (tx) => tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`,
    async () => {
      // As many as there are connections.
      await Promise.all(flood.map((one) => told.deliveries.part(one, browser)));
      expect(await told.deliveries.list({ channel: "desk", state: "waiting" }, 100)).toHaveLength(8);
      expect(await told.deliveries.ask()).toEqual([]);
      expect(await told.deliveries.nextDue()).toBe(told.clock() + giveWayMs);
    },
  );
  told.passMs(giveWayMs);
  expect((await told.deliveries.ask()).toSorted()).toEqual(flood.map(({ id }) => id).toSorted());
  // It was no attempt.
  expect(await told.deliveries.take(flood[0]?.id ?? "")).toMatchObject({ attempts: 1 });
});

test("what another process tells together at this moment is waited for by nobody, and told by it alone", async () => {
  const flood = await takeFlood();
  await whileHeld(
    (tx) => tx.alertDelivery.updateMany({ where: { channel: "desk" }, data: { state: "sent" } }),
    async () => {
      await Promise.all(flood.map((one) => told.deliveries.part(one, browser)));
    },
  );
  expect((await told.deliveries.list({}, 100)).filter(({ recipient }) => recipient !== "")).toEqual([]);
});

test("however many of a channel are parted at once, by whichever process, browsers hear six times, and of all", async () => {
  const flood = await takeFlood();
  await Promise.all(flood.map((one) => told.deliveries.part(one, browser)));
  while (
    (await told.deliveries.list({ channel: "desk", state: "waiting" }, 100)).some(
      (one) => one.recipient === "",
    )
  ) {
    told.passMs(giveWayMs);
    await tellBrowsers(["a"]);
  }
  const parts = (await told.deliveries.list({}, 1_000)).filter(({ recipient }) => recipient === "a");
  expect(parts.toReversed().map(({ notice }) => `${notice.kind} ${notice.message}`)).toEqual([
    ...Array.from({ length: 5 }, () => "call 2 agents are offline"),
    "more 3 more alerts, 3 of them critical",
  ]);
});
