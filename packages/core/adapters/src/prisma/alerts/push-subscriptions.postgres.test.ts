import { randomUUID } from "node:crypto";
import { alertChannelsFormat, parseAlertChannels, type WebPushChannel } from "@tapline/core/alerts";
import { sha256Hex } from "@tapline/core/kernel";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { browserAt } from "../../../../src/alerts/channels/open-push.fixture.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertChannelsDesk, mostBrowsersEach, PushSubscriptions } from "./index.ts";

let prisma: PrismaClient;
let pushes: PushSubscriptions;

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  pushes = new PushSubscriptions(prisma, () => 1_795_000_000_000);
  await pushes.announceKey("key-1");
  for (const [id, role] of Object.entries({ ada: "operator", bob: "admin", eve: "viewer" }))
    await prisma.user.create({
      data: {
        ...{ id, name: id, email: `${id}@example.org`, role },
        sessions: { create: { id: `of-${id}`, token: `of-${id}`, expiresAt: new Date() } },
      },
    });
});
afterEach(() => prisma.$disconnect());

const by = (id: string) => ({ actor: { kind: "operator" as const, id }, reason: null });
const channel = (given: Partial<WebPushChannel> = {}): WebPushChannel => ({
  ...{ kind: "web-push", name: "browsers", tells: ["call"] },
  ...given,
});

function add(userId: string, endpoint: string, serverKey = "key-1") {
  const { subscription } = browserAt(endpoint);
  const sessionId = `of-${userId}`;
  return pushes.add({ userId, sessionId, subscription, serverKey, label: "Firefox on Linux" }, by(userId));
}

const reached = async (given: Partial<WebPushChannel> = {}) =>
  (await pushes.reachedBy(channel(given))).map(({ id }) => id).toSorted();

async function entries() {
  const rows = await prisma.auditEntry.findMany({ where: { subject: { startsWith: "push-" } } });
  expect(JSON.stringify(rows)).not.toContain("push.example");
  return rows.map(({ action, subject }) => `${action} ${subject.split("/")[1]}`).toSorted();
}

test("a browser is its person's until it is switched off, both audited, and no endpoint is shown or recorded", async () => {
  const endpoint = "https://push.example/a?token=1";
  const added = await add("ada", endpoint);
  expect(added).toMatchObject({ label: "Firefox on Linux", createdAtEpochMs: 1_795_000_000_000 });
  expect(added.mark).toBe(sha256Hex(Buffer.from(endpoint)).slice(0, 32));
  expect(await pushes.list("ada")).toEqual([added]);
  expect(JSON.stringify(await pushes.list("ada"))).not.toContain("push.example");
  expect(await pushes.list("bob")).toEqual([]);
  // Asking again is no other one.
  expect((await add("ada", endpoint)).id).toBe(added.id);
  await expect(pushes.remove("bob", added.id, by("bob"))).rejects.toMatchObject({ code: "not-found" });
  await pushes.remove("ada", added.id, by("ada"));
  expect(await pushes.list("ada")).toEqual([]);
  expect(await entries()).toEqual([
    ...[`push-subscription.added ${added.id}`, `push-subscription.removed ${added.id}`],
  ]);
});

test("whoever signs in at a browser next and asks for it takes it over", async () => {
  const first = await add("ada", "https://push.example/a");
  const second = await add("bob", "https://push.example/a");
  expect(await pushes.list("ada")).toEqual([]);
  expect(await reached()).toEqual([second.id]);
  expect(await entries()).toEqual(
    [
      ...[`push-subscription.added ${first.id}`, `push-subscription.removed ${first.id}`],
      `push-subscription.added ${second.id}`,
    ].toSorted(),
  );
});

test("a channel reaches all who may act on alerts, or whom of them it names", async () => {
  const [a, b] = [await add("ada", "https://one.example/a"), await add("bob", "https://two.example:8443/b")];
  await expect(add("eve", "https://one.example/e")).rejects.toMatchObject({ code: "forbidden" });
  expect(await reached()).toEqual([a.id, b.id].toSorted());
  expect(await reached({ to: ["Bob@example.org", "nobody@example.org"] })).toEqual([b.id]);
  expect(await reached({ to: ["eve@example.org"] })).toEqual([]);
  expect(await pushes.reachedBy(channel({ to: ["bob@example.org"] }))).toEqual([
    { id: b.id, service: "two.example:8443" },
  ]);
  await prisma.user.update({ where: { id: "bob" }, data: { banned: true } });
  expect(await reached()).toEqual([a.id]);
  expect(await pushes.find(b.id, channel())).toBeNull();
  expect(await pushes.find(a.id, channel())).toMatchObject({ serverKey: "key-1" });
});

test("whom a channel reaches is asked again when it is sent: a role that is lost, or an address that is named no more, ends it", async () => {
  const { id } = await add("ada", "https://push.example/a");
  const toAda = channel({ to: ["ADA@example.org"] });
  expect(await pushes.find(id, toAda)).not.toBeNull();
  expect(await pushes.find(id, channel({ to: ["bob@example.org"] }))).toBeNull();
  await prisma.user.update({ where: { id: "ada" }, data: { role: "viewer" } });
  expect(await pushes.find(id, toAda)).toBeNull();
});

test("a browser carries on at another endpoint or by another session, as its person's alone, and by none that has ended", async () => {
  const [from, to] = ["https://push.example/a", "https://push.example/b"];
  const added = await add("ada", from);
  const renew = (userId: string, replaces: string, endpoint = to, sessionId = `of-${userId}`) =>
    pushes.renew({ userId, sessionId, replaces, subscription: browserAt(endpoint).subscription }, by(userId));
  await expect(renew("bob", added.mark)).rejects.toMatchObject({ code: "not-found" });
  await expect(renew("ada", added.mark, to, "of-bob")).rejects.toMatchObject({ code: "unauthenticated" });
  const renewed = await renew("ada", added.mark);
  expect(renewed).toMatchObject({ id: added.id, mark: sha256Hex(Buffer.from(to)).slice(0, 32) });
  await expect(renew("ada", added.mark)).rejects.toMatchObject({ code: "not-found" });
  const other = await add("bob", "https://push.example/c");
  await expect(renew("ada", renewed.mark, "https://push.example/c")).rejects.toMatchObject({
    code: "not-found",
  });
  await prisma.session.create({
    data: { id: "next", token: "next", userId: "ada", expiresAt: new Date() },
  });
  await renew("ada", renewed.mark, to, "next");
  await renew("ada", renewed.mark, to, "next");
  const row = await prisma.pushSubscription.findUniqueOrThrow({ where: { id: added.id } });
  expect(row).toMatchObject({ endpoint: to, sessionId: "next", serverKey: "key-1" });
  expect(await entries()).toEqual(
    [
      ...[`push-subscription.added ${added.id}`, `push-subscription.added ${other.id}`],
      ...[`push-subscription.renewed ${added.id}`, `push-subscription.renewed ${added.id}`],
    ].toSorted(),
  );
});

test("a person is told which channels in force reach his browsers", async () => {
  expect(await pushes.channelsFor("ada@example.org")).toEqual({ all: [], own: [] });
  const document = parseAlertChannels({
    format: alertChannelsFormat,
    channels: [
      { kind: "web-push", name: "all" },
      { kind: "web-push", name: "of-ada", to: ["Ada@example.org"] },
      { kind: "web-push", name: "of-bob", to: ["bob@example.org"] },
    ],
  });
  await new AlertChannelsDesk(prisma, () => 0).release(document, { ...by("ada"), reason: "a test" });
  expect(await pushes.channelsFor("ada@example.org")).toEqual({
    ...{ all: ["all", "of-ada", "of-bob"], own: ["all", "of-ada"] },
  });
});

test("whose person is removed, or whose push service knows it no more, is there no longer", async () => {
  const [a, b] = [await add("ada", "https://push.example/a"), await add("bob", "https://push.example/b")];
  await prisma.user.delete({ where: { id: "ada" } });
  expect(await pushes.find(a.id, channel())).toBeNull();
  await pushes.forget(b.id);
  await pushes.forget(b.id);
  expect(await reached()).toEqual([]);
  const removed = await prisma.auditEntry.findMany({ where: { action: "push-subscription.removed" } });
  expect(removed).toMatchObject([{ actorKind: "job", actorId: "alerts" }]);
});

test("nobody has more than so many, however many he asks for at once", async () => {
  const asked = Array.from({ length: mostBrowsersEach + 5 }, (_, i) =>
    add("ada", `https://push.example/${i}`),
  );
  const ended = await Promise.allSettled(asked);
  expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(mostBrowsersEach);
  for (const one of ended)
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict" });
  expect(await pushes.list("ada")).toHaveLength(mostBrowsersEach);
});

test("a process with another key changes nothing while a browser waits for messages by the installation's, and says so", async () => {
  await expect(add("ada", "https://push.example/a", "key-2")).rejects.toMatchObject({ code: "conflict" });
  const { id } = await add("ada", "https://push.example/a");
  await pushes.announceKey("key-1");
  await expect(pushes.announceKey("key-2")).rejects.toMatchObject({
    ...{ code: "conflict", message: expect.stringContaining("by which 1 browsers are notified") },
  });
  expect(await pushes.key()).toBe("key-1");
  expect(await pushes.find(id, channel())).not.toBeNull();
  await pushes.remove("ada", id, by("ada"));
  await pushes.announceKey("key-2");
  expect(await pushes.key()).toBe("key-2");
});

test("of several processes that begin at once one says the key, and the others find out", async () => {
  await prisma.installationFact.deleteMany({ where: { name: "web-push.key" } });
  await Promise.all(["a", "b", "c"].map((key) => pushes.announceKey(key)));
  await add("ada", "https://push.example/a", (await pushes.key()) ?? "");
  const ended = await Promise.allSettled(["a", "b", "c"].map((key) => pushes.announceKey(key)));
  expect(ended.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("a key that is lost is forgotten on purpose, with all browsers that wait for messages by it, and recorded", async () => {
  const { id } = await add("ada", "https://push.example/a");
  expect(await pushes.forgetKey({ ...by("ada"), reason: "the folder is lost" })).toBe(1);
  expect(await pushes.key()).toBeNull();
  expect(await pushes.list("ada")).toEqual([]);
  const rows = await prisma.auditEntry.findMany({ where: { action: { startsWith: "push-" } } });
  expect(rows.map(({ action, subject }) => `${action} ${subject}`).toSorted()).toEqual([
    "push-key.forgotten installation/push-key",
    `push-subscription.added push-subscription/${id}`,
    `push-subscription.removed push-subscription/${id}`,
  ]);
  await pushes.announceKey("key-2");
  expect(await pushes.key()).toBe("key-2");
});

test("a browser that is being added while the key is forgotten goes with it", async () => {
  const { endpoint, keys } = browserAt("https://push.example/a").subscription;
  const bound = { userId: "ada", serverKey: "key-1", label: "Firefox on Linux", createdAt: new Date() };
  let forgotten: Promise<number> | null = null;
  // As `add` does it, and stopped before its end.
  await prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT value FROM installation_fact WHERE name = 'web-push.key' FOR SHARE`;
      await tx.pushSubscription.create({ data: { id: randomUUID(), endpoint, ...keys, ...bound } });
      forgotten = pushes.forgetKey({ ...by("ada"), reason: "the folder is lost" });
      await vi.waitFor(
        async () =>
          expect(
            await prisma.$queryRaw`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          ).toHaveLength(1),
        { timeout: 60_000, interval: 20 },
      );
    },
    { timeout: 90_000 },
  );
  expect(await forgotten).toBe(1);
  expect(await prisma.pushSubscription.count()).toBe(0);
  expect(await pushes.key()).toBeNull();
});
