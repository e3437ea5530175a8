import { setTimeout as sleep } from "node:timers/promises";
import { AuditLog, recordOperation } from "@tapline/adapters/prisma";
import { makeLogKey, openLogSigner } from "@tapline/core/audit";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type {
  AuditBatch,
  AuditWatch,
  AuditWatchAnswer,
  ClientToServerEvents,
  ServerToClientEvents,
} from "../../contracts/events.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

let site: TestConsole;
const signer = openLogSigner(makeLogKey(), "tapline.test/log");
let log: AuditLog;
let cookie: string;
const clients: Client[] = [];

beforeAll(async () => {
  site = await startTestConsole();
  log = new AuditLog(site.prisma, signer.origin);
  await site.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(site.console.origin));
  await place();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => site.stop());

/** Gives places in the log to all that was recorded, as the worker does. */
const place = (): Promise<number> => log.sequence(signer, Date.now());

/** One after the other, each in a millisecond of its own: within one the log promises no order. */
async function record(...subjects: string[]): Promise<void> {
  for (const subject of subjects) {
    await recordOperation(
      site.prisma,
      { actor: { kind: "job", id: "test" }, reason: null },
      { action: subject.startsWith("gap") ? "gap.swept" : "key.changed", subject, facts: {} },
      1,
    );
    await sleep(2);
  }
  await place();
}

async function connect(): Promise<Client> {
  const client: Client = io(site.console.origin, {
    transports: ["websocket"],
    extraHeaders: { cookie },
    forceNew: true,
    reconnectionDelay: 50,
  });
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
  });
  return client;
}

/** A page that shows what it is told of, and knows where it stood. */
async function watching(watch: AuditWatch) {
  const client = await connect();
  const seen: string[] = [];
  const page = { client, seen, next: 0, answer: await client.emitWithAck("watchAudit", watch) };
  client.on("auditEntries", ({ entries, next }, received) => {
    seen.push(...entries.map(({ entry }) => entry.subject));
    page.next = next;
    received();
  });
  return page;
}

test("new entries come in the order of the log, and only those that fit", async () => {
  await record("key/before");
  const all = await watching({});
  const gaps = await watching({ action: "gap", text: "GAP/2" });
  expect(all.answer).toEqual({ is: "watching", from: await site.prisma.auditLeaf.count() });
  await record("key/1", "gap/1", "gap/2", "key/2");
  await record("gap/20", "gap/3");
  await vi.waitFor(() => {
    expect(all.seen).toEqual(["key/1", "gap/1", "gap/2", "key/2", "gap/20", "gap/3"]);
    expect(gaps.seen).toEqual(["gap/2", "gap/20"]);
  }, 20_000);
});

test("what came while the connection was lost comes afterwards, once", async () => {
  const page = await watching({ action: "gap" });
  await record("gap/100");
  await vi.waitFor(() => expect(page.seen).toEqual(["gap/100"]), 20_000);
  page.client.on("connect", async () => {
    await page.client.emitWithAck("watchAudit", { action: "gap", from: page.next });
  });
  page.client.io.engine.close();
  await record("gap/101", "key/101", "gap/102");
  await vi.waitFor(() => expect(page.seen).toEqual(["gap/100", "gap/101", "gap/102"]), 20_000);
  await record("gap/103");
  await vi.waitFor(() => expect(page.seen.at(-1)).toBe("gap/103"), 20_000);
  expect(page.seen).toHaveLength(4);
});

test("who is slow has one batch on its way, and holds up nobody", async () => {
  const slow = await connect();
  const batches: { batch: AuditBatch; received: () => void }[] = [];
  slow.on("auditEntries", (batch, received) => batches.push({ batch, received }));
  await slow.emitWithAck("watchAudit", {});
  const quick = await watching({});
  const subjects = Array.from({ length: 250 }, (_, i) => `gap/slow-${i}`);
  await record(...subjects);
  await vi.waitFor(() => expect(quick.seen).toEqual(subjects), 20_000);
  await record("gap/slow-250");
  await vi.waitFor(() => expect(quick.seen).toHaveLength(251), 20_000);
  expect(batches.map(({ batch }) => batch.entries.length)).toEqual([100]);
  for (let i = 0; i < 4; i += 1) {
    await vi.waitFor(() => expect(batches).toHaveLength(i + 1), 20_000);
    batches[i]?.received();
  }
  expect(batches.flatMap(({ batch }) => batch.entries.map(({ entry }) => entry.subject))).toEqual(quick.seen);
});

test("another watch takes the place of the first, and none is left after unwatching", async () => {
  const page = await watching({ action: "gap" });
  await page.client.emitWithAck("watchAudit", { action: "key" });
  await record("gap/200", "key/200");
  await vi.waitFor(() => expect(page.seen).toEqual(["key/200"]), 20_000);
  page.client.emit("unwatchAudit");
  const other = await watching({});
  await record("key/201");
  await vi.waitFor(() => expect(other.seen).toEqual(["key/201"]), 20_000);
  expect(page.seen).toEqual(["key/200"]);
});

test("watches that make no sense, or are nobody's, are refused by name", async () => {
  const client = await connect();
  const ask = (watch: unknown): Promise<AuditWatchAnswer> =>
    client.emitWithAck("watchAudit", watch as AuditWatch);
  for (const watch of [null, { action: 7 }, { from: -1 }, { text: "x".repeat(300) }, { more: 1 }])
    expect(await ask(watch)).toEqual({ is: "refused", why: "invalid-input" });
  await setRole(site.prisma, adminSignIn.email, "nobody");
  expect(await ask({})).toEqual({ is: "refused", why: "unauthenticated" });
  await setRole(site.prisma, adminSignIn.email, "viewer");
  expect(await ask({})).toMatchObject({ is: "watching" });
});

test("who missed too much is told so, instead of being sent it", async () => {
  const client = await connect();
  await site.prisma.$executeRaw`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/' || n, '', sha256('\\x00'::bytea)
    FROM generate_series(1, 10001) AS n`;
  while ((await place()) > 0);
  const newest = await site.prisma.auditLeaf.count();
  const ask = (from: number) => client.emitWithAck("watchAudit", { action: "key", from });
  expect(await ask(newest - 10_001)).toEqual({ is: "too-far", newest });
  expect(await ask(newest - 10_000)).toEqual({ is: "watching", from: newest - 10_000 });
});
