import { AuditLog, recordOperation } from "@tapline/adapters/prisma";
import {
  checkTlogProof,
  isConsistent,
  leafHash,
  makeLogKey,
  openLogSigner,
  parseTlogProof,
} from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditFrom, AuditLogState, AuditPage, AuditRow, LastActs } from "../../contracts/audit.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const signer = openLogSigner(makeLogKey(), "tapline.test/log");
let running: TestConsole;
let log: AuditLog;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  log = new AuditLog(running.prisma, signer.origin);
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "viewer");
  for (let i = 0; i < 450; i++)
    await recordOperation(
      running.prisma,
      { actor: { kind: "job", id: i % 2 === 0 ? "even" : "odd" }, reason: null },
      { action: i % 5 === 0 ? "gap.swept" : "key.changed", subject: `key/${i}`, facts: {} },
      1,
    );
  await log.sequence(signer, Date.now());
});
afterAll(() => running.stop());

async function ask<Answer>(path: string, input: unknown): Promise<{ status: number; data: Answer }> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/auditBoard.${path}${query}`, {
    headers: { cookie },
  });
  const body = (await response.json()) as { result?: { data: Answer }; error?: { data: Answer } };
  return { status: response.status, data: (body.result?.data ?? body.error?.data) as Answer };
}

const page = async (from: AuditFrom, filter: object = {}) =>
  (await ask<AuditPage>("page", { filter, from })).data;

/** All rows from one end to the other. */
async function walk(direction: "older" | "newer", filter: object, begin: AuditFrom): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (let from = begin; ; ) {
    const { rows: found, hasMore } = await page(from, filter);
    rows.push(...(direction === "older" ? found : found.toReversed()));
    const last = rows.at(-1);
    if (!hasMore || last === undefined) return rows;
    from = { is: direction, than: { id: last.id, recordedAtEpochMs: last.recordedAtEpochMs } };
  }
}

test("the log is walked in both directions by the same rows, each one once, and begins at a place or a time", async () => {
  const all = await walk("older", {}, { is: "newest" });
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.map(({ index }) => index).toSorted((a, b) => Number(b) - Number(a))).toEqual(
    Array.from({ length: all.length }, (_, i) => all.length - 1 - i),
  );
  const oldest = all.at(-1) as AuditRow;
  const { id, recordedAtEpochMs } = oldest;
  const back = await walk("newer", {}, { is: "newer", than: { id, recordedAtEpochMs } });
  expect([...back.toReversed(), oldest]).toEqual(all);

  const filter = { actorId: "odd", action: "gap" };
  const odd = await walk("older", filter, { is: "newest" });
  expect(odd).toHaveLength(45);
  expect(odd.every(({ entry }) => entry?.actor.id === "odd" && entry.action === "gap.swept")).toBe(true);

  const middle = all[120] as AuditRow;
  expect((await page({ is: "place", index: Number(middle.index) })).rows[0]).toEqual(middle);
  const { rows } = await page({ is: "time", epochMs: middle.recordedAtEpochMs });
  expect(rows.map((row) => row.id)).toContain(middle.id);
  expect(rows.every((row) => row.recordedAtEpochMs <= middle.recordedAtEpochMs)).toBe(true);
  expect(await ask("page", { filter: {}, from: { is: "place", index: 1e9 } })).toMatchObject({
    ...{ status: 404, data: { tapline: { code: "not-found" } } },
  });
});

test("an entry's proof and the log's growth lead to the root that the log signed", async () => {
  const before = (await ask<AuditLogState>("log", undefined)).data;
  expect(before).toMatchObject({ name: signer.origin, names: [signer.origin], waiting: 0, cosigned: null });
  await recordOperation(
    running.prisma,
    { actor: { kind: "job", id: "late" }, reason: null },
    { action: "gap.swept", subject: "gap/late", facts: {} },
    2,
  );
  expect((await ask<AuditLogState>("log", undefined)).data.waiting).toBe(1);
  expect((await page({ is: "newest" })).rows[0]).toMatchObject({
    index: null,
    entry: { actor: { id: "late" } },
  });
  await log.sequence(signer, Date.now());
  const after = (await ask<AuditLogState>("log", undefined)).data;
  const [from, to] = [before, after].map(({ signed }) => signer.readHead(signed?.note ?? ""));
  if (from == null || to == null) throw new Error("both are signed");
  const growth = await ask<{ path: string[] }>("growth", { from: from.size, to: to.size });
  expect(
    isConsistent(
      from,
      to,
      growth.data.path.map((hash) => Buffer.from(hash, "base64")),
    ),
  ).toBe(true);
  expect((await ask("growth", { from: 1, to: to.size + 1 })).status).toBe(404);

  const [row] = (await page({ is: "place", index: 3 })).rows;
  const proof = parseTlogProof((await ask<{ text: string }>("proof", { id: row?.id })).data.text);
  expect(proof.index).toBe(3);
  expect(JSON.parse(Buffer.from(proof.extra ?? []).toString())).toEqual(row?.entry);
  checkTlogProof(proof, leafHash(proof.extra ?? new Uint8Array(0)), [signer.key]);
  expect((await ask("proof", { id: "00000000-0000-7000-8000-000000000000" })).status).toBe(404);
});

test("the last acts of people are found among whatever else is recorded, with their names", async () => {
  const { id } = await running.prisma.user.findFirstOrThrow({ where: { email: adminSignIn.email } });
  for (const [n, action] of (["key.changed", "gap.swept", "session.started"] as const).entries())
    await recordOperation(
      running.prisma,
      { actor: { kind: "operator", id }, reason: `act ${n}` },
      { action, subject: `key/act-${n}`, facts: {} },
      1,
    );
  const { acts, names } = (await ask<LastActs>("lastActs", undefined)).data;
  expect(acts.slice(0, 2).map(({ subject, reason }) => [subject, reason])).toEqual([
    ...[
      ["key/act-1", "act 1"],
      ["key/act-0", "act 0"],
    ],
  ]);
  expect(acts.length).toBeLessThanOrEqual(5);
  expect(acts.every(({ actor, action }) => actor.kind === "operator" && !action.startsWith("session."))).toBe(
    true,
  );
  expect(names).toMatchObject({ [id]: "Administrator" });
});
