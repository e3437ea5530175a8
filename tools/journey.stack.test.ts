import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { launchStack } from "./local-stack/stack.fixture.ts";
import { temporaryFolder, testEnvironment } from "./test-servers/index.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const maxBuffer = 256 * 1024 * 1024;

interface Report {
  taps: number;
  accepted: number;
  rejected: number;
  duplicates: number;
  archived: number;
  segments: number;
  archiveDir: string;
  restoreCommand: string;
  seconds: number;
}

async function archiveTaps(dataDir: string, taps: number): Promise<Report> {
  const stack = launchStack(dataDir, ["--once", "--taps", String(taps)]);
  expect(await stack.ended, stack.stderr()).toBe(0);
  return JSON.parse(stack.stdout().trim().split("\n").at(-1) ?? "");
}

async function restoreAll(dataDir: string, out: string): Promise<string[]> {
  const env = testEnvironment({ TAPLINE_DATA_DIR: dataDir });
  await run("npx", ["--no-install", "tapline", "archive", "restore", "--out", out], {
    cwd: root,
    env,
    maxBuffer,
  });
  const texts = await Promise.all((await readdir(out)).map((name) => readFile(join(out, name), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
}

it("takes 2,000 taps from simulated readers into the archive and back out of it, and goes on the next day", async () => {
  const folder = await temporaryFolder();
  const dataDir = join(folder, ".tapline");

  const first = await archiveTaps(dataDir, 2_000);
  expect(Object.keys(first)).toEqual([
    ...["taps", "accepted", "rejected", "duplicates", "archived", "segments"],
    ...["archiveDir", "restoreCommand", "seconds"],
  ]);
  expect(first.taps).toBe(2_000);
  expect(first.rejected).toBeGreaterThan(0);
  expect(first.duplicates).toBeGreaterThan(0);
  expect(first.archived).toBe(first.taps - first.rejected - first.duplicates);
  expect(first.accepted).toBe(first.taps - first.rejected);
  expect(first.segments).toBeGreaterThan(0);
  expect(first.archiveDir).toBe(join(dataDir, "archive"));

  const { stdout } = await run("sh", ["-c", first.restoreCommand], { cwd: folder, maxBuffer });
  const shown = stdout.trim().split("\n");
  expect(shown.length).toBeGreaterThan(0);
  for (const line of shown) expect(JSON.parse(line)).toBeTypeOf("object");

  const restored = await restoreAll(dataDir, join(folder, "first"));
  expect(restored).toHaveLength(first.archived);
  expect(new Set(restored).size).toBe(first.archived);
  for (const line of shown) expect(restored).toContain(line);

  const second = await archiveTaps(dataDir, 300);
  expect(second.archived).toBe(second.taps - second.rejected - second.duplicates);
  expect(await restoreAll(dataDir, join(folder, "second"))).toHaveLength(first.archived + second.archived);
}, 240_000);
