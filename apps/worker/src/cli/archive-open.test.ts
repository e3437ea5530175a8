import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { objectPaths } from "@tapline/core/transfer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MadeArchive } from "./restore/archive.fixture.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const command = join(import.meta.dirname, "../../bin/tapline.mjs");
let base: string;
let made: MadeArchive;
let object: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "tapline-open-"));
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  object = made.local(objectPaths(await made.add([{ tap: 1 }, { tap: 2 }], nowEpochMs)).object);
});
afterAll(() => rm(base, { recursive: true }));

type Done = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a program in `base`; @param env where given, in place of this process's own */
function run(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Done> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: base, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const open = (...args: string[]) => run(process.execPath, [command, "archive", "open", ...args], {});

test("one object opens by itself, for its owner alone, and overwrites nothing", {
  timeout: 60_000,
}, async () => {
  const out = join(base, "lines.gz");
  expect(await open(object, "--out", out)).toMatchObject({ code: 0, stderr: "" });
  expect(gunzipSync(await readFile(out)).toString()).toBe('{"tap":1}\n{"tap":2}\n');
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  const again = await open(object, "--out", out);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") });
});

test("what openssl encrypted opens, of many pieces", { timeout: 60_000 }, async () => {
  await writeFile(join(base, "plain"), Buffer.alloc(3_000_000, "tapline "));
  const args = [
    "cms",
    "-encrypt",
    "-binary",
    "-aes-256-gcm",
    "-outform",
    "DER",
    "-in",
    "plain",
    "-out",
    "by-openssl",
  ];
  expect(await run("openssl", [...args, ".tapline/pki/escrow.crt"])).toMatchObject({ code: 0 });
  expect(await open("by-openssl", "--out", "opened")).toMatchObject({ code: 0 });
  const other = ["--cert", ".tapline/pki/archive.crt", "--key", ".tapline/pki/archive.key"];
  expect(await open("by-openssl", "--out", "closed", ...other)).toMatchObject({
    ...{
      code: 1,
      stderr: expect.stringContaining("no key at hand opens the object: it opens with issuer and serial"),
    },
  });
  expect((await readFile(join(base, "opened"))).equals(await readFile(join(base, "plain")))).toBe(true);
});

test("of a changed object nothing is written, and the error says so", { timeout: 60_000 }, async () => {
  const changed = await readFile(object);
  changed[changed.length - 20]! ^= 1;
  await writeFile(join(base, "changed.p7m"), changed);
  const before = (await readdir(base)).sort();
  const done = await open("changed.p7m", "--out", "nothing");
  expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining("authentication tag") });
  expect((await readdir(base)).sort()).toEqual(before);
  expect(await open("no-such-file", "--out", "nothing")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("cannot be read"),
  });
});
