import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DeliveryQueue } from "@tapline/adapters/bullmq";
import { Courier, PushKey, PushSender, WebhookSender } from "@tapline/adapters/channels";
import { AddressGuard } from "@tapline/adapters/channels/guards";
import {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertDispatch,
  PushSubscriptions,
} from "@tapline/adapters/prisma/alerts";
import { connectRedis } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { alertChannelsFormat, parseAlertChannels, readLinkToken, signWebhook } from "@tapline/core/alerts";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type HttpReceiver,
  startHttpReceiver,
} from "../../../../packages/core/adapters/src/channels/receivers.fixture.ts";
import {
  acknowledge,
  ada,
  clear,
  openTold,
  type Told,
} from "../../../../packages/core/adapters/src/prisma/alerts/told-alerts.fixture.ts";
import { browserAt, openPush } from "../../../../packages/core/src/alerts/channels/open-push.fixture.ts";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import type { Role } from "./role.ts";
import { startTelling } from "./tell-alerts.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const pem = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const pushKey = new PushKey({ read: async () => pem, has: async () => true });
const linkKey = Buffer.alloc(32, 3);

let told: Told;
let receiver: HttpReceiver;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let running: Role[];
let webhooks: WebhookSender;
let posts: WebhookSender;

beforeEach(async () => {
  receiver = await startHttpReceiver();
  [told, server] = [await openTold(receiver.url, Date.now()), await ownRedis()];
  redis = connectRedis(server.url, () => undefined);
  const guard = new AddressGuard(["127.0.0.0/8"]);
  [webhooks, posts] = [new WebhookSender(guard), new WebhookSender(guard, { timeoutMs: 120_000 })];
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((role) => role.stop(2_000)));
  webhooks.close();
  posts.close();
  redis.disconnect();
  await Promise.all([receiver.close(), told.close(), server.stop()]);
});

/** The service, by the clock of the world; what is lost in the queue is asked for anew after 2 s. */
function start(): void {
  const browsers = new PushSubscriptions(told.prisma, Date.now);
  const pushes = new PushSender({ browsers, key: pushKey, posts, clock: Date.now });
  const role = startTelling({
    browsers,
    dispatch: new AlertDispatch(told.prisma, Date.now),
    deliveries: new AlertDeliveries(told.prisma, Date.now, { askAgainMs: 2_000 }),
    channels: new AlertChannelsDesk(told.prisma, Date.now),
    courier: new Courier({ secrets: { read: async () => secret }, webhooks, pushes, clock: Date.now }),
    queues: {
      direct: new DeliveryQueue(redis, "test:{alerts}:queue"),
      browsers: new DeliveryQueue(redis, "test:{alerts}:queue", "browsers"),
    },
    news: new AlertStreams(redis),
    following: connectRedis(server.url, () => undefined),
    ...{ consoleOrigin: "https://console.example", linkKey, clock: Date.now },
    log: pino({ level: "silent" }),
  });
  running.push(role);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await sleep(20);
  }
}

const pathsOf = () => receiver.posted.map(({ path }) => path).toSorted();
const inState = async (state: "sent" | "failed" | "waiting") =>
  (await told.deliveries.list({ state }, 100)).map(({ channel }) => channel).toSorted();

test("an alert comes to its channels, signed, with a link for this alert and channel", async () => {
  start();
  const alert = await told.raise();
  await until("both are told", async () => (await inState("sent")).length === 2);
  expect(pathsOf()).toEqual(["/desk", "/first"]);
  const [first] = receiver.posted;
  if (first === undefined) throw new Error("nothing was posted");
  const { headers, body } = first;
  const atEpochMs = Number(headers["webhook-timestamp"]) * 1_000;
  expect(headers).toMatchObject(signWebhook(secret, String(headers["webhook-id"]), atEpochMs, body));
  const { data } = JSON.parse(body);
  const token = String(data.acknowledgeUrl).replace("https://console.example/acknowledge/", "");
  expect(readLinkToken(linkKey, token, Date.now())).toMatchObject({ alertId: alert.id, rev: alert.rev });
  expect((await told.deliveries.list({}, 1))[0]?.tookMs).toBeGreaterThanOrEqual(0);
});

test("what is answered with 500 is tried again until it is taken, under the same id", async () => {
  receiver.answer = (response, _, nth) => response.writeHead(nth <= 3 ? 500 : 204).end();
  start();
  await told.deliveries.test("desk", ada);
  await until("it is taken", async () => (await inState("sent")).length === 1);
  expect(receiver.posted).toHaveLength(4);
  expect(new Set(receiver.posted.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect((await told.deliveries.list({}, 1))[0]).toMatchObject({ attempts: 4, fault: "" });
});

test("two processes tell each thing once", async () => {
  start();
  start();
  for (let i = 0; i < 10; i++) await told.raise(`site-${i}`);
  await until("all are told", async () => (await inState("sent")).length === 20);
  await sleep(500);
  expect(receiver.posted).toHaveLength(20);
});

test("what Redis loses, and what a killed process had in hand, is told all the same", async () => {
  await told.raise();
  await told.dispatch.round();
  const queue = new DeliveryQueue(redis, "test:{alerts}:queue");
  const [lost = "", held = ""] = await new AlertDeliveries(told.prisma, Date.now, { askAgainMs: 500 }).ask();
  await queue.add([lost, held]);
  // One is with a process that dies in the middle of it, the other in a Redis that forgets everything.
  await new AlertDeliveries(told.prisma, Date.now, { askAgainMs: 500 }).take(held);
  await redis.flushall();
  await queue.close(0);
  start();
  await until("both are told", async () => (await inState("sent")).length === 2);
  expect(pathsOf()).toEqual(["/desk", "/first"]);
  await redis.flushall();
  await told.raise("later");
  await until("the next ones, too", async () => (await inState("sent")).length === 4);
});

test("a receiver that is slow holds up nobody else", async () => {
  receiver.answer = (response, { path }) => {
    if (path !== "/desk") response.writeHead(204).end();
  };
  start();
  for (let i = 0; i < 40; i++) await told.raise(`site-${i}`);
  await until(
    "the other one has heard all",
    () => pathsOf().filter((path) => path === "/first").length === 40,
  );
  expect(pathsOf().filter((path) => path === "/desk").length).toBeLessThanOrEqual(8);
});

test("once somebody has acknowledged, a call that could not be told yet is told no more", async () => {
  receiver.answer = (response) => response.writeHead(503, { "retry-after": "3600" }).end();
  start();
  const alert = await told.raise();
  await until("both were tried", () => receiver.posted.length === 2);
  await told.act(alert, acknowledge);
  await until("the calls are moot", async () =>
    (await told.log()).slice(0, 2).every((line) => line.startsWith("call") && line.endsWith("moot")),
  );
});

/** Channels of which one, which the rule tells, reaches browsers; and browsers of one person at this push service. */
async function openBrowsers(paths: readonly string[]) {
  const channel = { kind: "web-push", name: "desk", tells: ["call", "over"] };
  const hook = { kind: "webhook", name: "hook", url: `${receiver.url}/hook`, key: { secret: "key" } };
  const document = parseAlertChannels({ format: alertChannelsFormat, channels: [channel, hook] });
  await new AlertChannelsDesk(told.prisma, Date.now).release(document, ada);
  const person = { id: "ada", name: "ada", email: "ada@example.org", role: "operator" };
  await told.prisma.user.create({ data: person });
  const serverKey = (await pushKey.publicKey()) ?? "";
  return await Promise.all(
    paths.map(async (path) => {
      const browser = browserAt(`${receiver.url}/${path}`);
      const { endpoint, keys } = browser.subscription;
      const bound = { userId: person.id, serverKey, label: path, createdAt: new Date() };
      const { id } = await told.prisma.pushSubscription.create({
        data: { id: crypto.randomUUID(), endpoint, ...keys, ...bound },
      });
      return { id, path: `/${path}`, browser };
    }),
  );
}

test("an alert comes to each browser by itself: one that is gone is forgotten, one that fails is tried again, others wait for neither", async () => {
  const [well, gone, ill] = await openBrowsers(["well", "gone", "ill"]);
  if (well === undefined || gone === undefined || ill === undefined) throw new Error("no browsers");
  let illUntilNth = 2;
  receiver.answer = (response, { path }) => {
    const status = path === gone.path ? 410 : path === ill.path && illUntilNth-- > 0 ? 503 : 201;
    response.writeHead(status).end();
  };
  start();
  const alert = await told.raise();
  await until("the two that are there are told", async () => {
    const sent = await told.deliveries.list({ state: "sent", alertId: alert.id }, 100);
    return sent.filter(({ recipient }) => recipient === well.id || recipient === ill.id).length === 2;
  });
  const log = await told.deliveries.list({ alertId: alert.id }, 100);
  const attempts = (id: string) => log.find(({ recipient }) => recipient === id)?.attempts;
  expect([attempts(""), attempts(well.id), attempts(ill.id)]).toEqual([1, 1, 3]);
  await until("the one that is gone is given up", async () => (await inState("failed")).length === 1);
  expect(await told.prisma.pushSubscription.findMany({ select: { id: true } })).toHaveLength(2);
  const posted = receiver.posted.find(({ path }) => path === well.path);
  const opened = JSON.parse(openPush(posted?.bytes ?? Buffer.alloc(0), well.browser));
  expect(opened).toMatchObject({
    kind: "call",
    alertId: alert.id,
    title: expect.stringContaining("critical"),
  });
  await told.on(alert, clear);
  await until("the end comes to both, too", () => receiver.posted.length === 7);
  expect(new Set(receiver.posted.slice(5).map(({ path }) => path))).toEqual(new Set([well.path, ill.path]));
});

test("push services that answer nothing keep no webhook waiting", async () => {
  const browsers = await openBrowsers(Array.from({ length: 100 }, (_, i) => `hangs-${i}`));
  receiver.answer = (response, { path }) => {
    if (!path.startsWith("/hangs")) response.writeHead(204).end();
  };
  start();
  const alert = await told.raise();
  await until("as many hang as may", () => receiver.posted.length === 8);
  await told.deliveries.test("hook", ada);
  await until("a webhook goes out meanwhile", () => pathsOf().includes("/hook"));
  const log = await told.deliveries.list({ alertId: alert.id }, 200);
  const toBrowsers = log.filter(({ recipient }) => recipient !== "");
  expect(toBrowsers).toHaveLength(browsers.length);
  // What hung when it went out hangs still, and nothing else was tried.
  expect(toBrowsers.filter(({ attempts }) => attempts > 0)).toHaveLength(8);
  expect(toBrowsers.every(({ fault }) => fault === "")).toBe(true);
});

test("where nobody asked to be notified in a browser, the log says so", async () => {
  await openBrowsers([]);
  start();
  await told.raise();
  await until("it is given up", async () => (await inState("failed")).length === 1);
  expect((await told.deliveries.list({}, 1))[0]?.fault).toContain("nobody whom it reaches");
});
