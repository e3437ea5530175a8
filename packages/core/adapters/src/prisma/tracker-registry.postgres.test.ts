import { generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { uuidV7 } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient, TrackerDesk, TrackerRegistry } from "./index.ts";

let prisma: PrismaClient;
let nowEpochMs = 1_000_000;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

const open = () => new TrackerRegistry(prisma, () => nowEpochMs);

function make() {
  const { publicKey: key, privateKey } = generateKeyPairSync("ed25519");
  const publicKey = key.export({ format: "der", type: "spki" }).subarray(-32);
  return { id: randomBytes(8).toString("hex"), kid: kidOf(publicKey), publicKey, privateKey };
}

const entry = () => ({
  version: 1 as const,
  id: uuidV7(Date.now(), randomBytes),
  atEpochMs: 1,
  actor: { kind: "operator" as const, id: "test" },
  action: "tracker.enrolled" as const,
  subject: "tracker/*",
  reason: null,
  facts: {},
});

test("an enrolled tracker is found with the key it signs with; a stranger is not", async () => {
  const tracker = make();
  const written = entry();
  expect(await open().enrol([tracker], written)).toBe(1);
  const found = await open().find([tracker.id, "0000000000000000"]);
  expect([...found.keys()]).toEqual([tracker.id]);
  const known = found.get(tracker.id)!;
  expect(known).toMatchObject({ kid: tracker.kid, revokedAtEpochMs: null });
  const text = Buffer.from("tap");
  expect(verify(null, text, known.publicKey, sign(null, text, tracker.privateKey))).toBe(true);
  expect(await prisma.auditEntry.count({ where: { id: written.id } })).toBe(1);
});

test("a tracker that is known keeps its key when it is enrolled again", async () => {
  const tracker = make();
  await open().enrol([tracker], entry());
  const stranger = make();
  const other = make();
  expect(await open().enrol([{ ...stranger, id: tracker.id }, other], entry())).toBe(1);
  const found = await open().find([tracker.id, other.id]);
  expect(found.get(tracker.id)?.kid).toBe(tracker.kid);
  expect(found.size).toBe(2);
});

test("one without a key is not found", async () => {
  const id = randomBytes(8).toString("hex");
  await prisma.tracker.create({ data: { id } });
  expect((await open().find([id])).size).toBe(0);
});

test("what was read is kept for 30 s and no longer, also where the table was changed by hand", async () => {
  const [tracker, late] = [make(), make()];
  const registry = open();
  await registry.enrol([tracker], entry());
  await registry.find([tracker.id, late.id]);
  await prisma.tracker.update({ where: { id: tracker.id }, data: { revokedAt: new Date(5_000) } });
  const { kid, publicKey } = late;
  await prisma.tracker.create({ data: { id: late.id, kid, publicKey: new Uint8Array(publicKey) } });
  nowEpochMs += 30_000;
  const kept = await registry.find([tracker.id, late.id]);
  expect(kept.get(tracker.id)?.revokedAtEpochMs).toBeNull();
  expect(kept.has(late.id)).toBe(false);
  nowEpochMs += 1;
  const anew = await registry.find([tracker.id, late.id]);
  expect(anew.get(tracker.id)?.revokedAtEpochMs).toBe(5_000);
  expect(anew.has(late.id)).toBe(true);
});

const operator = { actor: { kind: "operator" as const, id: "ola" }, reason: "lost" };
const lastEntry = async (id: string) => {
  const row = await prisma.auditEntry.findFirstOrThrow({
    where: { subject: `tracker/${id}` },
    orderBy: { recordedAt: "desc" },
  });
  return JSON.parse(Buffer.from(row.bytes).toString());
};

test("a revocation counts a second later, with who and why in the audit log", async () => {
  const [tracker, desk, registry] = [make(), new TrackerDesk(prisma, () => nowEpochMs), open()];
  await desk.enrol(tracker, { ...operator, reason: null });
  expect((await registry.find([tracker.id])).get(tracker.id)?.revokedAtEpochMs).toBeNull();
  await desk.revoke(tracker.id, operator);
  nowEpochMs += 1_000;
  expect((await registry.find([tracker.id])).get(tracker.id)?.revokedAtEpochMs).toBe(nowEpochMs - 1_000);
  expect(await lastEntry(tracker.id)).toMatchObject({
    ...{
      action: "tracker.revoked",
      actor: { kind: "operator", id: "ola" },
      commitments: { reason: expect.any(String) },
    },
    ...{ before: { state: "enrolled" }, after: { state: "revoked" } },
  });
  await expect(desk.revoke(tracker.id, operator)).rejects.toMatchObject({ code: "conflict" });
  await expect(desk.revoke("00000000000000ff", operator)).rejects.toMatchObject({ code: "not-found" });
  expect((await desk.list()).find(({ id }) => id === tracker.id)).toMatchObject({ kid: tracker.kid });
});

test("an enrolment counts a second later, also for a tracker that was asked for in vain", async () => {
  const [tracker, desk, registry] = [make(), new TrackerDesk(prisma, () => nowEpochMs), open()];
  expect((await registry.find([tracker.id])).size).toBe(0);
  await desk.enrol(tracker, operator);
  nowEpochMs += 1_000;
  expect((await registry.find([tracker.id])).get(tracker.id)?.kid).toBe(tracker.kid);
  expect(await lastEntry(tracker.id)).toMatchObject({
    action: "tracker.enrolled",
    after: { state: "enrolled", kid: tracker.kid },
  });
});

test("a tracker keeps its key; once revoked it may get another one, never the same, never another tracker's", async () => {
  const [tracker, other, desk] = [make(), make(), new TrackerDesk(prisma, () => nowEpochMs)];
  await desk.enrol(tracker, operator);
  for (const publicKey of [tracker.publicKey, other.publicKey])
    await expect(desk.enrol({ id: tracker.id, publicKey }, operator)).rejects.toMatchObject({
      code: "conflict",
    });
  await expect(desk.enrol({ ...other, publicKey: tracker.publicKey }, operator)).rejects.toThrow(tracker.id);
  await desk.revoke(tracker.id, operator);
  await expect(desk.enrol(tracker, operator)).rejects.toMatchObject({ code: "conflict" });
  await desk.enrol({ id: tracker.id, publicKey: other.publicKey }, operator);
  const known = (await open().find([tracker.id])).get(tracker.id);
  expect(known).toMatchObject({ kid: other.kid, revokedAtEpochMs: null });
});

test("a clock that was set back does not keep what was read for ever", async () => {
  const tracker = make();
  const registry = open();
  await registry.enrol([tracker], entry());
  await registry.find([tracker.id]);
  await prisma.tracker.update({ where: { id: tracker.id }, data: { revokedAt: new Date(7_000) } });
  nowEpochMs -= 3_600_000;
  expect((await registry.find([tracker.id])).get(tracker.id)?.revokedAtEpochMs).toBe(7_000);
});
