import { KeyRing, RingReadings } from "@tapline/adapters/keys";
import { issueHierarchy, type RingKey, readRingKey, ringDigest } from "@tapline/core/encryption";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ClientToServerEvents, ServerToClientEvents } from "../../contracts/events.ts";
import type { KeyPreviewView, KeysView } from "../../contracts/keys.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const until = { timeout: 20_000, interval: 50 };
const { password } = adminSignIn;
const second = { email: "second@console.test", password: "another long pass phrase" };

let running: TestConsole;
let [cookie, other] = ["", ""];
let [archive, escrow, next]: RingKey[] = [];
let privateKey = "";

beforeAll(async () => {
  const request = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const [files, later] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  next = readRingKey(later["archive.crt"]!.pem, "archive");
  privateKey = later["archive.key"]!.pem;
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  const { origin } = running.console;
  ({ cookie } = await signIn(origin));
  await addPerson(running.prisma, { ...second, name: "Ben Second", role: "admin" });
  ({ cookie: other } = await signIn(origin, second));
  const act = { actor: { kind: "job", id: "encryption" }, reason: "a test" } as const;
  await new KeyRing(running.prisma, Date.now).seed([archive, escrow], act);
});
afterAll(() => running.stop());

async function call<Data>(procedure: string, input?: unknown, by = cookie) {
  const { origin } = running.console;
  const isQuery = procedure === "keys.board";
  const response = await fetch(`${origin}/api/trpc/${procedure}`, {
    headers: { cookie: by, origin, "content-type": "application/json" },
    ...(isQuery ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as { result?: { data: Data }; error?: { message: string } };
  return { status: response.status, data: body.result?.data, said: JSON.stringify(body.error ?? null) };
}

const board = async (by = cookie) => (await call<KeysView>("keys.board", undefined, by)).data!;
const preview = async (wish: unknown, by = cookie) =>
  (await call<KeyPreviewView>("keys.preview", wish, by)).data!;
const reason = "a test of keys";

test("the ring is told with what each key opens, what workers take it for, and what can run out", async () => {
  const readings = new RingReadings(running.redis, Date.now);
  const reading = { atEpochMs: Date.now(), recipients: [archive!.certSha256], refused: [] };
  await readings.tell({ worker: "w-1", ring: ringDigest([archive!, escrow!]), ...reading });
  await readings.tell({ worker: "w-2", ring: null, ...reading });
  await readings.tell({ worker: "w-0", ring: null, ...reading, atEpochMs: Date.now() - 60_000 });
  const told = await board();
  expect(told).toMatchObject({
    twoPersons: false,
    keys: [
      { role: "archive", state: "active", opens: null, only: { segments: 0 } },
      { role: "escrow", state: "active" },
    ],
    ...{ requests: [], found: null, archived: { segments: 0, taps: 0 } },
    workers: [
      { worker: "w-1", isCurrent: true },
      { worker: "w-2", isCurrent: false },
    ],
  });
  expect(JSON.stringify(told)).not.toContain("CERTIFICATE");
});

test("a private key is refused, and stands neither in the answer nor in the database", async () => {
  const offered = { do: "add", role: "other", certPem: `${next!.certPem}${privateKey}` };
  const refused = await call("keys.preview", offered);
  expect([refused.status, refused.said]).toEqual([400, expect.stringContaining("private key")]);
  const secret = privateKey.split("\n")[1]!;
  expect(refused.said).not.toContain(secret);
  const change = { kind: "add", role: "other", certPem: offered.certPem };
  const tried = await call("keys.change", { change, stand: (await board()).stand, reason, password });
  expect([tried.status, tried.said.includes(secret)]).toEqual([400, false]);
  const kept = await running.prisma.archiveKey.findMany();
  expect(JSON.stringify(kept)).not.toContain("PRIVATE");
});

test("where two persons are wanted one asks, the other approves by what they saw, and both are named", async () => {
  const on = await preview({ do: "rule", twoPersons: true });
  const switched = { change: on.change, stand: on.stand, reason, password };
  expect((await call("keys.change", switched)).data).toEqual({ is: "made" });
  const { change, stand, certificate, needsApproval } = await preview({
    ...{ do: "rotate", role: "archive", certPem: next!.certPem },
  });
  expect([certificate?.subject, needsApproval]).toEqual([next!.subject, true]);
  expect((await call("keys.change", { change, stand: on.stand, reason, password })).status).toBe(409);
  const asked = await call<{ is: string; id: string }>("keys.change", { change, stand, reason, password });
  expect(asked.data).toMatchObject({ is: "asked" });
  const id = asked.data!.id;
  expect((await board(other)).requests).toMatchObject([{ id, isOwn: false, state: "waiting", reason }]);
  expect((await call("keys.approve", { id, stand, reason, password })).status).toBe(403);
  const seen = await preview({ do: "approve", request: id }, other);
  await setRole(running.prisma, adminSignIn.email, "operator");
  const approval = { id, stand: seen.stand, reason: "I looked at it", password: second.password };
  const shutOut = await call("keys.approve", approval, other);
  expect([shutOut.status, shutOut.said]).toEqual([409, expect.stringContaining("is no admin")]);
  await setRole(running.prisma, adminSignIn.email, "admin");
  expect(seen.change).toEqual(change);
  expect((await call("keys.approve", approval, other)).status).toBe(200);
  const late = await call("keys.cancel", { id, reason });
  expect([late.status, late.said]).toEqual([409, expect.stringContaining("by Ben Second")]);
  const entry = await running.prisma.auditEntry.findFirstOrThrow({
    where: { action: "key.changed", subject: `key/${next!.certSha256}` },
  });
  const people = await running.prisma.user.findMany({ orderBy: { email: "asc" } });
  expect(JSON.parse(Buffer.from(entry.bytes).toString())).toMatchObject({
    actor: { id: people[1]!.id },
    facts: { askedBy: people[0]!.id, request: id },
  });
});

test("browsers that show keys are told when something is another", async () => {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(running.console.origin, {
    ...{ transports: ["websocket"], extraHeaders: { cookie }, forceNew: true },
  });
  let told = 0;
  socket.on("changed", () => told++);
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  expect(await socket.emitWithAck("subscribe", "keys")).toBe(true);
  await vi.waitFor(() => expect(told).toBe(1), until);
  const key = (await board()).keys.find(({ state }) => state === "retiring")!;
  const { change, stand } = await preview({ do: "activate", key: key.certSha256 });
  expect((await call("keys.change", { change, stand, reason, password })).status).toBe(200);
  await vi.waitFor(() => expect(told).toBe(2), until);
  socket.disconnect();
});

test("nothing is done without password and reason, nor by a viewer or an operator, which is written down", async () => {
  const key = (await board()).keys.find(({ role }) => role === "escrow")!;
  const { stand } = await board();
  const change = { kind: "state", key: key.certSha256, from: "active", to: "retiring" };
  const id = "01900000-0000-7000-8000-000000000001";
  const acts = [
    ["keys.preview", { do: "revoke", key: key.certSha256 }],
    ["keys.change", { change, stand, reason, password }],
    ["keys.approve", { id, stand, reason, password }],
    ["keys.cancel", { id, reason }],
  ] as const;
  expect((await call("keys.change", { change, stand, reason: " ", password })).status).toBe(400);
  expect(
    (await call("keys.change", { change, stand, reason, password: "not it, but long enough" })).status,
  ).toBe(403);
  for (const role of ["viewer", "operator"] as const) {
    await setRole(running.prisma, adminSignIn.email, role);
    for (const [procedure, input] of acts)
      expect((await call(procedure, input)).status, `${role} ${procedure}`).toBe(403);
  }
  expect((await call("keys.board")).status).toBe(200);
  await setRole(running.prisma, adminSignIn.email, "admin");
  for (const [procedure] of acts)
    expect(
      await running.prisma.auditEntry.count({
        where: { action: "act.refused", subject: `verb/${procedure}` },
      }),
      procedure,
    ).toBeGreaterThanOrEqual(2);
});
