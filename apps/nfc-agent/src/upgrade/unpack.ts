import { execFile } from "node:child_process";
import { lstat, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TaplineError } from "@tapline/core/kernel";
import { syncDirectory } from "../durable-file.ts";

const run = promisify(execFile);
const unpackMs = 60_000;

/**
 * Unpacks the package in `archive` into the new folder `dir`: plain files and folders below `package/` and nothing else,
 * with modes 0644, or 0755 where somebody may run them. All of it is on disk afterwards.
 * @throws misconfigured, `facts.reason` is `bad-package`
 */
export async function unpack(archive: string, dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o755 });
  const flags = ["--no-same-owner", "--no-same-permissions", "--keep-old-files"];
  try {
    await run("tar", ["-xzf", archive, "-C", dir, ...flags], { timeout: unpackMs });
  } catch (cause) {
    throw bad("it does not unpack", cause);
  }
  const found = await readdir(dir);
  if (found.length !== 1 || found[0] !== "package") throw bad("it holds more than the folder package");
  await settle(join(dir, "package"));
  await syncDirectory(dir);
}

/** tar itself refuses paths that lead out; links and devices are what is left to refuse. */
async function settle(path: string): Promise<void> {
  const facts = await lstat(path);
  if (facts.isDirectory()) {
    const names = await readdir(path);
    for (const name of names) await settle(join(path, name));
    await finish(path, 0o755);
    return;
  }
  if (!facts.isFile() || facts.nlink !== 1) throw bad("it holds a link, or what is no file");
  await finish(path, facts.mode & 0o111 ? 0o755 : 0o644);
}

async function finish(path: string, mode: number): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function bad(why: string, cause?: unknown): TaplineError {
  return new TaplineError("misconfigured", `the package cannot be used: ${why}`, {
    remedy: "package that version anew, and sign it; nothing was changed",
    facts: { reason: "bad-package" },
    cause,
  });
}
