import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AuditLog, type PrismaClient, recordOperation } from "@tapline/adapters/prisma";
import {
  cosignNote,
  formatSignature,
  formatVerifierKey,
  type LogSigner,
  makeLogKey,
  noteKey,
  openLogSigner,
  parseNote,
  rawEd25519,
} from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { auditInstallation, runAudit } from "./audit-command.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let signer: LogSigner;
let env: Record<string, string>;
let prisma: PrismaClient;
let log: AuditLog;
let dir: string;

beforeAll(async () => {
  ({ dir, env, prisma, log, signer } = await auditInstallation(await freshDatabase()));
  for (let i = 0; i < 300; i++)
    await recordOperation(
      prisma,
      { actor: { kind: "job", id: "test" }, reason: null },
      { action: "buffer.opened", subject: `buffer/${i}`, facts: {} },
      1_790_000_000_000 + i,
    );
  await log.sequence(signer, Date.now());
});
afterAll(() => prisma.$disconnect());

const run = (...args: string[]) => runAudit(env, ...args);

const entryOf = async (subject: string): Promise<string> =>
  (await prisma.auditEntry.findFirstOrThrow({ where: { subject } })).id;

test("the log shows how far it has come", async () => {
  expect((await run("show")).out).toMatch(
    new RegExp(`^log ${signer.origin}\n300 entries, root \\S{44}\ncheckpoint: .* old; 0 entries waiting`),
  );
  expect((await run("show", "--note")).out).toBe((await log.head()).signed?.note);
});

test("operations are listed, newest first, by what somebody looks for", async () => {
  const lines = async (...args: string[]) => (await run("ls", ...args)).out.trimEnd().split("\n");
  const newest = await lines("--limit", "2");
  expect(newest).toEqual(
    [299, 298].map((i) => expect.stringContaining(`  job test  buffer.opened  buffer/${i}  `)),
  );
  const one = await lines("--subject", "buffer/7", "--action", "buffer", "--by", "test", "--since", "1h");
  expect(one).toEqual([expect.stringContaining(await entryOf("buffer/7"))]);
  expect(JSON.parse((await lines("--limit", "1", "--json"))[0] ?? "")).toMatchObject({
    action: "buffer.opened",
  });
  expect(await lines("--action", "key")).toEqual([""]);
  expect((await run("ls", "--since", "x")).err).toContain("It is not a span of time");
});

test("an entry is proven to who has nothing but the file and the log's verifier key", async () => {
  const [proof, keys] = [join(dir, "one.tlog-proof"), join(dir, "keys.txt")];
  await writeFile(keys, (await run("key")).out);
  expect(await run("prove", await entryOf("buffer/257"), "--out", proof)).toMatchObject({ code: 0 });
  const verified = await runAudit({}, "verify", proof, "--key", keys);
  expect(verified, verified.err).toMatchObject({ code: 0 });
  expect(verified.out).toContain('"subject": "buffer/257"');
  expect(verified.out).toContain(`proven: entry 257 of ${signer.origin}, which signed 300 entries`);

  expect(verified.out).toContain("give a witness's key");

  const text = await readFile(proof, "utf8");
  const [, extra = ""] = /^extra (.*)$/m.exec(text) ?? [];
  const forged = Buffer.from(extra, "base64").toString().replace("buffer/257", "buffer/258");
  await writeFile(proof, text.replace(extra, Buffer.from(forged).toString("base64")));
  const refused = await runAudit({}, "verify", proof, "--key", keys);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("does not lead to the root")]);

  await writeFile(proof, text);
  const { origin } = signer;
  await writeFile(keys, `${formatVerifierKey(openLogSigner(makeLogKey(), origin).key)}\n`);
  const stranger = await runAudit({}, "verify", proof, "--key", keys);
  expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining("no key that is trusted")]);
  const keyless = await runAudit({}, "verify", proof);
  expect([keyless.code, keyless.err]).toEqual([1, expect.stringContaining("tapline audit key")]);
  await writeFile(proof, text.slice(0, 100));
  expect((await run("verify", proof)).err).toContain("no tlog-proof");
});

test("a witness's cosignature says when somebody else saw the same history", async () => {
  const [proof, keys] = [join(dir, "two.tlog-proof"), join(dir, "both.txt")];
  const { privateKey } = generateKeyPairSync("ed25519");
  const witness = noteKey("witness", "auditor.example", rawEd25519(privateKey));
  const { signed } = await log.head();
  if (signed === null) throw new Error("there is no checkpoint");
  const line = formatSignature(cosignNote(parseNote(signed.note).text, witness, privateKey, 1_790_000_000));
  await log.keepCosigned({ ...signed, note: signed.note + line });
  expect((await run("show")).out).toContain("cosigned by a witness: 300 entries");
  await run("prove", await entryOf("buffer/3"), "--out", proof);
  await writeFile(keys, `${formatVerifierKey(signer.key)}\n${formatVerifierKey(witness)}\n`);
  const verified = await runAudit({}, "verify", proof, "--key", keys);
  expect(verified.out).toContain(
    `  seen by the witness auditor.example at ${new Date(1_790_000_000_000).toISOString()}`,
  );
  await writeFile(keys, `${formatVerifierKey(witness)}\n`);
  expect((await runAudit({}, "verify", proof, "--key", keys)).err).toContain("no key that is trusted");
});

test("a log's growth between two checkpoints is found, and proven to who has neither database nor archive", async () => {
  const file = (name: string): string => join(dir, name);
  const keys = file("growth-keys.txt");
  await writeFile(keys, (await run("key")).out);
  const write = async (name: string, size: number, root?: Uint8Array): Promise<string> => {
    await writeFile(file(name), signer.signHead(size, root ?? (await log.rootAt(size))));
    return file(name);
  };
  const [old, now] = [await write("old", 120), await write("now", 280)];
  const grown = await run("verify", "--from", old, "--to", now, "--out", file("growth.json"));
  expect(grown, grown.err).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^consistent: the database's log \S+ only grew from 120 entries/),
  });
  expect((await run("verify", "--from", old)).out).toContain("(the newest in the database)");
  const proven = await runAudit({}, "verify", file("growth.json"), "--key", keys);
  expect([proven.code, proven.out]).toEqual([0, expect.stringMatching(/^proven: the log \S+ only grew/)]);
  const text = await readFile(file("growth.json"), "utf8");
  await writeFile(file("growth.json"), text.replace("120", "121"));
  expect(await runAudit({}, "verify", file("growth.json"), "--key", keys)).toMatchObject({
    code: 2,
    out: expect.stringContaining("NOT proven (forged)"),
  });

  const other = await write("other", 280, Buffer.alloc(32, 7));
  const forks = [
    [old, other, "holds the history of"],
    [other, now, "different roots"],
    [await write("older", 100, Buffer.alloc(32, 8)), other, "neither checkpoint"],
    [old, await write("ahead", 310, Buffer.alloc(32, 9)), "has 300 entries"],
  ] as const;
  for (const [from, to, why] of forks) {
    const { code, out } = await run("verify", "--from", from, "--to", to);
    expect([code, out]).toEqual([2, expect.stringMatching(new RegExp(`^FORK: .*${why}`))]);
  }
  expect((await run("verify", "--from", now, "--to", old)).err).toContain("has more entries than");
  expect((await run("verify", "--full", "--from", now)).err).toContain("one of these");
});

test("what the log does not hold is not proven", async () => {
  for (const id of ["x", "01939b6c-0000-7000-8000-000000000001"])
    expect(await run("prove", id)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`holds no entry ${id}`),
    });
});

test("entries are exported with a proof that needs nothing but the log's verifier key", async () => {
  const [data, keys] = [join(dir, "some.csv"), join(dir, "export-keys.txt")];
  await writeFile(keys, (await run("key")).out);
  const made = await run("export", "--csv", "--out", data, "--text", "buffer/2", "--by", "test");
  expect(made, made.err).toMatchObject({ code: 0, out: expect.stringMatching(/^111 entries of the 300 of/) });
  expect((await readFile(data, "utf8")).split("\r\n")).toHaveLength(1 + 111 + 1);
  expect(await readFile(`${data}.erased`, "utf8")).toBe("");
  const verified = await runAudit({}, "verify-export", data, "--key", keys);
  expect(verified, verified.err).toMatchObject({ code: 0 });
  expect(verified.out).toMatch(/^proven: the export holds 111 entries of \S+, between 2 and 299, unchanged/);
  expect(verified.out).toContain("not proven: that no other entry fits");

  const again = await run("export", "--csv", "--out", data);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("is there already")]);
  await writeFile(data, (await readFile(data, "utf8")).replace("buffer/21", "buffer/31"));
  const changed = await runAudit({}, "verify-export", data, "--key", keys);
  expect([changed.code, changed.out]).toEqual([
    2,
    expect.stringMatching(/^NOT proven \(forged\): the line of/),
  ]);
  await writeFile(`${data}.proof`, (await readFile(`${data}.proof`)).subarray(0, 200));
  expect(await runAudit({}, "verify-export", data, "--key", keys, "--json")).toMatchObject({ code: 3 });
  const away = await runAudit({}, "verify-export", join(dir, "none"), "--key", keys);
  expect([away.code, away.err]).toEqual([1, expect.stringContaining("none.proof cannot be read")]);
});

test("a range of the log is exported whole, and proven to be", async () => {
  const [data, keys] = [join(dir, "range.ndjson"), join(dir, "export-keys.txt")];
  const made = await run("export", "--ndjson", "--out", data, "--range", "100-199");
  expect(made, made.err).toMatchObject({ code: 0 });
  const lines = (await readFile(data, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).subject)).toEqual(
    Array.from({ length: 100 }, (_, i) => `buffer/${100 + i}`),
  );
  const verified = await runAudit({}, "verify-export", data, "--key", keys);
  expect(verified.out).toMatch(
    /^proven: the export holds 100 entries of \S+, 100 to 199: all that are recorded/,
  );
  expect((await run("export", "--ndjson", "--out", join(dir, "far"), "--range", "299-300")).err).toContain(
    "the log has 300 entries",
  );
  for (const args of [["--ndjson", "--csv"], []])
    expect((await run("export", "--out", join(dir, "x"), ...args)).err).toContain("name the file's form");
});

test("a whole log is whole; what a database superuser rewrote is found, and the first entry named", async () => {
  expect(await run("verify", "--full")).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^whole: the database's log tapline\/log\/[\s\S]*fits: the newest in the database/,
    ),
  });
  const asOwner = async (...statements: string[]): Promise<void> => {
    await prisma.$executeRawUnsafe("ALTER TABLE audit_entry DISABLE TRIGGER ALL");
    await prisma.$executeRawUnsafe("ALTER TABLE audit_leaf DISABLE TRIGGER ALL");
    for (const statement of statements) await prisma.$executeRawUnsafe(statement);
  };
  const id = await entryOf("buffer/120");
  const replace = (from: string, to: string, where: string) =>
    `UPDATE audit_entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '${from}', '${to}'), 'UTF8') WHERE ${where}`;
  const others = "subject IN ('buffer/122', 'buffer/299')";
  await asOwner(
    "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_leaf_hash",
    replace("buffer/120", "buffer/999", `id = '${id}'`),
    replace('"buffer/', '"rubber/', others),
  );
  const changed = await run("verify", "--full");
  expect([changed.code, changed.out]).toEqual([
    2,
    expect.stringContaining(": entry 120 is not the one that was recorded, nor is 122, 299\n"),
  ]);
  await asOwner(replace('"rubber/', '"buffer/', others));
  await asOwner(
    `UPDATE audit_entry SET leaf_hash = sha256('\\x00'::bytea || bytes) WHERE id = '${id}'`,
    `UPDATE audit_leaf SET leaf_hash = e.leaf_hash FROM audit_entry e WHERE e.id = entry_id AND entry_id = '${id}'`,
  );
  const rewritten = await run("verify", "--full");
  expect([rewritten.code, rewritten.out]).toEqual([2, expect.stringContaining("the history was rewritten")]);
  await asOwner("DELETE FROM audit_leaf WHERE index >= 290");
  expect((await run("verify", "--full")).out).toContain("there are 290 entries, and it takes 300 to reach");
});
