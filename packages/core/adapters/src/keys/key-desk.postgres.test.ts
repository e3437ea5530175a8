import { readEntry } from "@tapline/core/audit";
import {
  issueHierarchy,
  type KeyChange,
  type RingKey,
  readRingKey,
  rotationTo,
  stateChange,
} from "@tapline/core/encryption";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../prisma/index.ts";
import { KeyDesk, KeyRequests, KeyRing } from "./index.ts";

const by = (id: string) => ({ actor: { kind: "operator", id }, reason: `${id} wants it` }) as const;
const [ann, ben, cleo] = [by("ann"), by("ben"), by("cleo")];
const hourMs = 3_600_000;
let prisma: PrismaClient;
let [archive, escrow, next]: RingKey[] = [];
let nowEpochMs = Date.now();
let desk: KeyDesk;
let requests: KeyRequests;
/** The log is only ever added to: each test reads what came since it began. */
let begunAtEpochMs = 0;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  const roles = { ann: "admin", ben: "admin", cleo: "admin", dan: "operator" };
  for (const [id, role] of Object.entries(roles))
    await prisma.user.create({ data: { id, name: id, email: `${id}@console.test`, role } });
  const request = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const [files, later] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  next = readRingKey(later["archive.crt"]!.pem, "archive");
});
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE archive_key, key_request, segment, segment_key, segment_copy, tap_run, agent_run`;
  await prisma.installationFact.deleteMany();
  nowEpochMs += 1_000 * hourMs;
  begunAtEpochMs = nowEpochMs;
  const clock = () => nowEpochMs;
  [desk, requests] = [new KeyDesk(prisma, clock), new KeyRequests(prisma, clock)];
  await new KeyRing(prisma, clock).seed([archive!, escrow!], ann);
});
afterAll(() => prisma.$disconnect());

const states = async () =>
  (await desk.standing()).ring.map(({ role, state }) => `${role} ${state}`).toSorted();
const stand = async () => (await desk.standing()).stand;
const twoPersons = () =>
  desk.change({ kind: "rule", twoPersons: true }, ann, { stand: null, twoPersons: "ask" });
const rotation = () => rotationTo([archive!, escrow!], "archive", next!.certPem);
const ask = async (change: KeyChange, act = ann) => {
  const asked = await desk.change(change, act, { stand: await stand(), twoPersons: "ask" });
  return asked.is === "asked" ? asked.id : "";
};
const entriesOf = async (subject: string) => {
  const rows = await prisma.auditEntry.findMany({ where: { subject }, orderBy: { recordedAt: "asc" } });
  return rows.map(({ bytes }) => readEntry(bytes)).filter(({ atEpochMs }) => atEpochMs >= begunAtEpochMs);
};

test("a change does what its preview said, by the ring that was looked at and by no other", async () => {
  const { stand: seen, effect, certificate, needsApproval } = await desk.preview(rotation());
  expect(effect.what).toContain("takes the place of");
  expect([certificate?.subject, needsApproval]).toEqual([next!.subject, false]);
  await desk.change({ kind: "add", role: "other", certPem: next!.certPem }, ben, {
    stand: seen,
    twoPersons: "ask",
  });
  const late = desk.change(stateChange("retire", next!), ann, { stand: seen, twoPersons: "ask" });
  await expect(late).rejects.toMatchObject({ code: "conflict", facts: { stale: true } });
  expect(await states()).toEqual(["archive active", "escrow active", "other active"]);
  const made = await desk.change(stateChange("retire", next!), ann, {
    stand: await stand(),
    twoPersons: "ask",
  });
  expect(made.is).toBe("made");
});

test("of two who change the same ring at once one is told that it has changed", async () => {
  const seen = await stand();
  const wish = { stand: seen, twoPersons: "ask" } as const;
  const both = await Promise.allSettled([
    desk.change(rotation(), ann, wish),
    desk.change({ kind: "add", role: "other", certPem: next!.certPem }, ben, wish),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect((await desk.standing()).ring).toHaveLength(3);
});

test("a key is not retired while only it opens something, and revoking it says what would be lost", async () => {
  await desk.change(rotation(), ann, { stand: null, twoPersons: "ask" });
  const digest = new Uint8Array(32);
  const id = "01900000-0000-7000-8000-000000000001";
  await prisma.segment.create({
    data: {
      ...{ id, objectPath: id, objectBytes: 1, objectDigest: digest, manifestDigest: digest, taps: 7 },
      ...{ firstReadAt: new Date(), lastReadAt: new Date(), keys: { create: { ski: archive!.ski } } },
    },
  });
  const retire: KeyChange = { kind: "state", key: archive!.certSha256, from: "retiring", to: "retired" };
  expect((await desk.preview(retire)).effect.refusal).toMatch(/1 segment with 7 taps.*nobody could open/);
  const refused = desk.change(retire, ann, { stand: null, twoPersons: "ask" });
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
  const revoke = await desk.preview({ ...retire, to: "revoked" });
  expect(revoke.effect).toMatchObject({ isLosing: true, refusal: null });
  await prisma.segmentKey.create({ data: { segmentId: id, ski: next!.ski } });
  await desk.change(retire, ann, { stand: null, twoPersons: "ask" });
  expect(await states()).toEqual(["archive active", "archive retired", "escrow active"]);
});

test("where two persons are needed one asks and another one approves; the entry names both", async () => {
  await twoPersons();
  const id = await ask(rotation());
  expect(await states()).toEqual(["archive active", "escrow active"]);
  expect(await requests.list()).toMatchObject([
    { id, state: "waiting", askedBy: "ann", reason: "ann wants it" },
  ]);
  await expect(ask(rotation(), ben)).rejects.toMatchObject({ code: "conflict" });
  await expect(requests.approve(id, await stand(), ann)).rejects.toMatchObject({ code: "forbidden" });
  await requests.approve(id, await stand(), ben);
  expect(await states()).toEqual(["archive active", "archive retiring", "escrow active"]);
  const told = await entriesOf(`key/${next!.certSha256}`);
  expect(told).toMatchObject([
    { action: "key.change-asked", actor: { id: "ann" } },
    { action: "key.changed", actor: { id: "ben" }, facts: { askedBy: "ann", request: id } },
  ]);
  expect(await requests.list()).toMatchObject([{ id, state: "approved", endedBy: "ben", reason: null }]);
});

test("a name that was only said, an operator, a rule and a job are none of the two persons", async () => {
  await twoPersons();
  const nobody = [
    by("Ann"),
    by("ann@console.test"),
    by("dan"),
    { ...ann, actor: { kind: "rule", id: "ann" } },
  ];
  for (const one of nobody as (typeof ann)[]) {
    await expect(ask(rotation(), one)).rejects.toMatchObject({ code: "forbidden" });
    await expect(requests.assertMayAsk(one.actor)).rejects.toMatchObject({ code: "forbidden" });
  }
  await requests.assertMayAsk(ann.actor);
  const id = await ask(rotation());
  for (const one of nobody as (typeof ann)[])
    await expect(requests.approve(id, await stand(), one)).rejects.toMatchObject({ code: "forbidden" });
  // As an earlier version kept it, for a rule that was armed by a command.
  await prisma.keyRequest.update({ where: { id }, data: { askedBy: "Ann" } });
  await expect(requests.approve(id, await stand(), ann)).rejects.toMatchObject({ code: "conflict" });
  expect(await states()).toEqual(["archive active", "escrow active"]);
});

test("of two who approve at once one does, and the other is told who did", async () => {
  await twoPersons();
  const id = await ask(rotation());
  const seen = await stand();
  const both = await Promise.allSettled([requests.approve(id, seen, ben), requests.approve(id, seen, cleo)]);
  const lost = both.find((one) => one.status === "rejected");
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(lost?.reason).toMatchObject({ code: "conflict", facts: { by: expect.stringMatching(/ben|cleo/) } });
  expect((await desk.standing()).ring).toHaveLength(3);
});

test("after a day nothing can be approved any more; what is cancelled neither", async () => {
  await twoPersons();
  const late = await ask(rotation());
  const seen = await stand();
  nowEpochMs += 24 * hourMs;
  await expect(requests.approve(late, seen, ben)).rejects.toThrow("not approved in time");
  expect(await requests.list()).toMatchObject([{ id: late, state: "expired" }]);
  const again = await ask(rotation());
  await requests.cancel(again, ben);
  await expect(requests.approve(again, seen, cleo)).rejects.toMatchObject({ facts: { by: "ben" } });
  await expect(requests.cancel(again, ann)).rejects.toMatchObject({ code: "conflict" });
  const told = (await entriesOf(`key/${next!.certSha256}`)).map(({ action }) => action);
  expect(told).toEqual(["key.change-asked", "key.change-asked", "key.change-cancelled"]);
  expect(await states()).toEqual(["archive active", "escrow active"]);
});

test("where the ring has changed since, an approver has to look anew, and what no longer fits is refused", async () => {
  await twoPersons();
  const id = await ask(rotation());
  const seen = await stand();
  const more = await prisma.archiveKey.findFirstOrThrow({ where: { role: "escrow" } });
  await prisma.archiveKey.create({ data: { ...more, certSha256: "e".repeat(64), ski: "ee" } });
  await expect(requests.approve(id, seen, ben)).rejects.toMatchObject({ facts: { stale: true } });
  await prisma.archiveKey.create({
    data: { ...more, certSha256: "a".repeat(64), ski: "aa", role: "archive" },
  });
  await expect(requests.approve(id, await stand(), ben)).rejects.toThrow("other archive keys are active now");
  expect(await requests.list()).toMatchObject([{ id, state: "waiting" }]);
});

test("the rule is switched on by one and off by two; on the server it can be gone past, which is recorded", async () => {
  await twoPersons();
  await expect(desk.change(rotation(), ann, { stand: null, twoPersons: "refuse" })).rejects.toMatchObject({
    code: "forbidden",
  });
  const off = await ask({ kind: "rule", twoPersons: false });
  expect((await desk.standing()).twoPersons).toBe(true);
  await desk.change(rotation(), ann, { stand: null, twoPersons: "pass" });
  expect(await entriesOf(`key/${next!.certSha256}`)).toMatchObject([{ facts: { alone: true } }]);
  await requests.approve(off, await stand(), ben);
  expect((await desk.standing()).twoPersons).toBe(false);
  expect((await entriesOf("key/rule")).slice(-1)).toMatchObject([
    {
      action: "key.rule-changed",
      before: { twoPersons: true },
      after: { twoPersons: false },
      facts: { askedBy: "ann" },
    },
  ]);
});
