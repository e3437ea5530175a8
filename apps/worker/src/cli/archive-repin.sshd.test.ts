import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma } from "@tapline/adapters/prisma";
import { freshDatabase, sharedSshd, temporaryFolder } from "@tapline/tools/test-servers";
import { expect, test, vi } from "vitest";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
const old = `SHA256:${Buffer.alloc(32, 7).toString("base64").replace("=", "")}`;

const runWith = (settings: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, "archive", "repin", ...args], { env: settings }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const act = ["--reason", "its host said so", "--by", "ola"];

test("a host key is believed by a named person's act alone, in the plan's file and in the audit log", async () => {
  const [sshd, databaseUrl, dir] = [await sharedSshd(), await freshDatabase(), await temporaryFolder()];
  const file = join(dir, "archives.json");
  const target = { name: "off-site", url: sshd.url, hostKeys: [old], keyFile: "key", maxConnections: 1 };
  await writeFile(file, JSON.stringify({ targets: [target] }));
  const env = { TAPLINE_ARCHIVES: file, DATABASE_URL: databaseUrl };
  const without = await runWith(env, "--target", "off-site");
  expect([without.code, without.err]).toEqual([1, expect.stringContaining("--reason")]);
  const shown = await runWith(env, "--target", "off-site", ...act);
  expect(shown.out).toContain(`believed  ${old}\noffered   ${sshd.hostKeyPin}\n`);
  expect([shown.code, shown.err]).toEqual([1, expect.stringContaining("nothing was changed")]);
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ targets: [target] });
  const done = await runWith(env, "--target", "off-site", ...act, "--yes");
  expect(done, done.err).toMatchObject({ code: 0 });
  const both = { ...target, hostKeys: [sshd.hostKeyPin, old] };
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ targets: [both] });
  const forgotten = await runWith(env, "--target", "off-site", ...act, "--yes", "--forget-old");
  expect(forgotten, forgotten.err).toMatchObject({ code: 0 });
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
    targets: [{ ...target, hostKeys: [sshd.hostKeyPin] }],
  });
  const prisma = connectPrisma(databaseUrl);
  const entries = await prisma.auditEntry.findMany({ where: { subject: "archive/off-site" } });
  expect(entries.map(({ actorId, action }) => `${actorId} ${action}`)).toEqual([
    "ola archive.repinned",
    "ola archive.repinned",
  ]);
  await prisma.$disconnect();
});

test("with plain settings it says what to set, and an archive that is not named is no archive", async () => {
  const [sshd, databaseUrl] = [await sharedSshd(), await freshDatabase()];
  const env = { TAPLINE_ARCHIVE_URL: sshd.url, TAPLINE_ARCHIVE_HOST_KEY: old, DATABASE_URL: databaseUrl };
  const done = await runWith(env, ...act, "--yes");
  expect(done.out, done.err).toContain(`set TAPLINE_ARCHIVE_HOST_KEY=${sshd.hostKeyPin},${old} and restart`);
  const none = await runWith(env, "--target", "elsewhere", ...act);
  expect([none.code, none.err]).toEqual([1, expect.stringContaining("no archive elsewhere")]);
});
