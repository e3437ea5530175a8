import { type ChildProcess, fork } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditLog, connectPrisma, type PrismaClient, recordOperation } from "@tapline/adapters/prisma";
import {
  checkSignatures,
  formatVerifierKey,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  parseNote,
  parseVerifierKey,
} from "@tapline/core/audit";
import { messageOf } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { type WitnessingParts, witnessAudit } from "./witness-audit.ts";

const signer = openLogSigner(makeLogKey(), "tapline.test/log");
const clients: PrismaClient[] = [];
let witness: ChildProcess;
let at: { url: string; key: NoteKey };

beforeAll(async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, "logs.vkey"), formatVerifierKey(signer.key));
  witness = fork(new URL("../../../witness/src/main.ts", import.meta.url), {
    env: {
      TAPLINE_WITNESS_DIR: join(dir, "witness"),
      TAPLINE_WITNESS_LOGS: join(dir, "logs.vkey"),
      TAPLINE_WITNESS_PORT: "0",
      LOG_LEVEL: "fatal",
    },
  });
  const ready = await new Promise<{ port: number; key: string }>((resolve) =>
    witness.once("message", (message) => resolve(message as { port: number; key: string })),
  );
  at = { url: `http://127.0.0.1:${ready.port}/`, key: parseVerifierKey(ready.key) };
});
afterAll(async () => {
  witness.kill();
  await Promise.all(clients.map((client) => client.$disconnect()));
});

/** A database of its own with the log of the same name and key. */
async function openLog(): Promise<{ log: AuditLog; add: (subject: string) => Promise<void> }> {
  const prisma = connectPrisma(await freshDatabase());
  clients.push(prisma);
  const log = new AuditLog(prisma, signer.origin);
  const act = { actor: { kind: "job", id: "test" } as const, reason: null };
  return {
    log,
    add: async (subject) => {
      await recordOperation(prisma, act, { action: "buffer.opened", subject, facts: {} }, 1);
      await log.sequence(signer, Date.now());
    },
  };
}

/** Runs the service; `said` holds what it told as warnings and errors. */
function run(log: WitnessingParts["auditLog"], witnesses = [at]) {
  const said: string[] = [];
  const errors: string[] = [];
  const counted: string[] = [];
  const say = (facts: { err: unknown }): void => void said.push(messageOf(facts.err));
  const sayError = (facts: { err: unknown }, message: string): void => {
    say(facts);
    errors.push(message);
  };
  const role = witnessAudit({
    auditLog: log,
    witnesses,
    telemetry: { count: (name) => void counted.push(name) },
    clock: Date.now,
    log: { warn: say, error: sayError } as never,
  });
  return { said, errors, counted, stop: () => role.stop(0) };
}

const cosignedSize = async (log: AuditLog): Promise<number> => (await log.head()).cosigned?.size ?? 0;

test("every checkpoint is cosigned as the log grows; who begins anew asks the witness where it stands", async () => {
  const { log, add } = await openLog();
  await add("a/1");
  const first = run(log);
  await until("the first checkpoint", async () => (await cosignedSize(log)) === 1);
  for (let i = 2; i <= 9; i++) await add(`a/${i}`);
  await until("the ninth", async () => (await cosignedSize(log)) === 9);
  await first.stop();
  const ninth = await log.head();
  await add("a/10");
  const second = run(log);
  await until("the tenth", async () => (await cosignedSize(log)) === 10);
  await second.stop();
  const { cosigned } = await log.head();
  const verdicts = checkSignatures(parseNote(cosigned?.note ?? ""), [signer.key, at.key]);
  expect(verdicts.map(({ key }) => key.name)).toEqual([signer.origin, at.key.name]);
  expect([...first.said, ...second.said]).toEqual([]);

  // Another process, which read the log before the tenth was shown to the witness.
  let heads = 0;
  const late = run({
    head: async () => (heads++ === 0 ? ninth : await log.head()),
    consistency: (from, to) => log.consistency(from, to),
    keepCosigned: (note) => log.keepCosigned(note),
  });
  await until("the log to be read anew, and asked with", () => heads > 2 || late.said.length > 0, 30_000);
  await late.stop();
  expect([...late.said, ...late.counted]).toEqual([]);
});

test("a database that was rolled back, and one that was rewritten, are found", async () => {
  const backup = await openLog();
  await backup.add("a/1");
  const rolledBack = run(backup.log);
  await until("the roll-back to be told", () => rolledBack.said.length > 0);
  await rolledBack.stop();
  expect(rolledBack.said[0]).toContain("it cosigned a log of 10 entries, and this one has 1");
  expect(rolledBack.counted).toContain("audit.disputed");
  expect(rolledBack.errors).toEqual(["a witness saw ANOTHER HISTORY of the audit log"]);
  expect(await cosignedSize(backup.log)).toBe(0);

  for (let i = 2; i <= 11; i++) await backup.add(`other/${i}`);
  const rewritten = run(backup.log);
  await until("the rewriting to be told", () => rewritten.said.length > 0);
  await rewritten.stop();
  expect(rewritten.said[0]).toContain("its consistency proof was refused");
  expect(await cosignedSize(backup.log)).toBe(0);
});

test("a witness that is away, or is another than it should be, holds nothing up", async () => {
  const { log, add } = await openLog();
  await add("b/1");
  const away = run(log, [{ ...at, url: "http://127.0.0.1:9/" }]);
  await until("it to be told", () => away.said.length > 0);
  await away.stop();
  expect(away.said[0]).toContain("does not answer at http://127.0.0.1:9/");
  expect([away.counted, away.errors]).toEqual([[], []]);
});
