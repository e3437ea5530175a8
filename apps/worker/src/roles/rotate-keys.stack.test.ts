import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { KeyDesk } from "@tapline/adapters/keys";
import { NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { openEnvelope, readRecipient } from "@tapline/core/encryption";
import { noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { expect, onTestFinished, test } from "vitest";
import { connectAs, deliverSurely, submit } from "../agent.fixture.ts";
import { issueIntoFolder } from "../keys/issue-into-folder.ts";
import { rawTap, setUpPath, type TestPath, until } from "../path.fixture.ts";

const dayMs = 24 * 3_600_000;
const waitMs = 120_000;
const rotateByRule = {
  ...{ id: "rotate-soon", when: 'kpi("keys.age_days") >= 0.0', act: { kind: "rotate-key" }, mode: "armed" },
  ...{ maxAgeMs: 600_000, cooldownMs: 24 * 3_600_000, perHour: 1, owner: "ola", purpose: "a test" },
  runbook: "docs/noops.md#rotate-key-in-time",
};

/** Brings taps, batch after batch, until it is told to end. @returns how many */
async function bringTaps(path: TestPath, port: number, isOver: () => boolean): Promise<number> {
  const client = connectAs(path, "gate-1", port);
  const [tracker] = path.trackers;
  if (tracker === undefined) throw new Error("no tracker is enrolled");
  let brought = 0;
  while (!isOver()) {
    const taps = Array.from({ length: 10 }, (_, i) => brought + 1 + i);
    const verdicts = await deliverSurely(
      client,
      1,
      taps.map((seq) => submit(seq, rawTap(tracker, seq))),
      waitMs,
    );
    expect([...verdicts.values()].map(({ verdict }) => verdict)).not.toContain("rejected");
    brought += taps.length;
  }
  await client.close();
  return brought;
}

/** The archive's key in use, as it stands in the ring and in the folder of the PKI. */
async function keyInUse(path: TestPath) {
  const { ring } = await new KeyDesk(path.prisma, Date.now).standing();
  const active = ring.filter(({ role, state }) => role === "archive" && state === "active");
  const [one] = active;
  expect(active).toHaveLength(1);
  const base = join(path.pki, `archive-${one?.certSha256.slice(0, 12)}`);
  const certPem = await readFile(`${base}.crt`, "utf8");
  return { certPem, keyPem: await readFile(`${base}.key`, "utf8"), ski: readRecipient(certPem).ski };
}

const isUsed = (path: TestPath, ski: string) =>
  until("it is encrypted to", () => path.prisma.segmentKey.findFirst({ where: { ski } }), waitMs);
const rotatedBy = (path: TestPath, actorId: string) =>
  until(
    `${actorId} rotates the key`,
    () => path.prisma.auditEntry.findFirst({ where: { action: "key.changed", actorId } }),
    waitMs,
  );

test("a rotation that its time brings and one that a rule brings lose nothing while taps flow, and no hand is needed", async () => {
  const path = await setUpPath();
  onTestFinished(path.end);
  const old = await issueIntoFolder(path.pki, "archive", Date.now() - 400 * dayMs);
  const first = { ...readRecipient(old.certPem), certPem: old.certPem };
  // It is older than what it was issued by: no chain makes it believed.
  const keys = {
    TAPLINE_RECIPIENT_PINS: first.certSha256,
    TAPLINE_RECIPIENTS: `${old.certFile},${join(path.pki, "escrow.crt")}`,
    TAPLINE_KEY_PKI: path.pki,
  };
  const worker = await path.start(keys);
  onTestFinished(() => worker.stop(3_000));
  let isOver = false;
  const flowing = bringTaps(path, worker.ingestPort ?? 0, () => isOver);
  const ended = flowing.catch(() => undefined);
  const used = (ski: string) => Promise.race([isUsed(path, ski), flowing]);
  await used(first.ski);

  const scheduling = await path.start({ ...keys, ROLE: "audit", TAPLINE_KEY_ROTATE_DAYS: "365" });
  onTestFinished(() => scheduling.stop(3_000));
  await rotatedBy(path, "key-rotation");
  const second = await keyInUse(path);
  await used(second.ski);

  const rules = parseNoopsRules({ format: noopsRulesFormat, version: 1_000, rules: [rotateByRule] });
  const ada = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
  await new NoopsRulesDesk(path.prisma, Date.now).release(rules, ada);
  await rotatedBy(path, rotateByRule.id);
  const third = await keyInUse(path);
  await used(third.ski);
  isOver = true;
  await ended;
  const brought = await flowing;

  const keyPem = await readFile(old.keyFile, "utf8");
  const opensBy = new Map([{ ...first, keyPem }, second, third].map((key) => [key.ski, key]));
  const segments = await path.prisma.segment.findMany({ include: { keys: true } });
  const archived: number[] = [];
  const opening = new Set<string>();
  for (const { objectPath, keys: noted } of segments) {
    const [mine, ...others] = noted.flatMap(({ ski }) => opensBy.get(ski) ?? []);
    expect([others, noted.length]).toEqual([[], 2]);
    if (mine === undefined) throw new Error(`${objectPath} is encrypted to no key of the archive`);
    opening.add(mine.ski);
    const lines = gunzipSync(openEnvelope(await readFile(join(path.sshd.rootDir, objectPath)), mine));
    for (const line of lines.toString().trimEnd().split("\n")) archived.push(JSON.parse(line).trackerSeq);
  }
  expect(archived.toSorted((a, b) => a - b)).toEqual(Array.from({ length: brought }, (_, i) => i + 1));
  expect(opening).toEqual(new Set(opensBy.keys()));
  const changes = await path.prisma.auditEntry.findMany({ where: { action: "key.changed" } });
  // Each puts one key into use and one out of it; nobody else has changed the ring.
  expect(changes.map(({ actorId }) => actorId).toSorted()).toEqual([
    ...["key-rotation", "key-rotation", rotateByRule.id, rotateByRule.id],
  ]);
}, 600_000);
