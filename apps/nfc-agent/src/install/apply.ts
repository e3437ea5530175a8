import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  cp,
  type FileHandle,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";
import { describeStep, type Step } from "./plan.ts";

const run = promisify(execFile);

export type ApplyOptions = {
  /** Everything is written below this folder, and no program is run: for images. `/` is this machine. */
  root: string;
  /** Say what would be done, and do nothing. */
  dryRun: boolean;
  say: (line: string) => void;
};

/** Does the steps in order. @throws misconfigured where one cannot be done; those before are done then */
export async function applySteps(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  for (const step of steps) {
    const line = describeStep(step);
    if (options.dryRun) {
      options.say(`would ${line}`);
      continue;
    }
    try {
      options.say(`${await apply(step, options.root)}: ${line}`);
    } catch (error) {
      throw new TaplineError("misconfigured", `could not ${line}: ${systemCode(error) ?? messageOf(error)}`, {
        remedy:
          process.getuid?.() === 0
            ? "see the message above; what was done before stays"
            : "run it as root (sudo)",
        cause: error,
      });
    }
  }
}

async function apply(step: Step, root: string): Promise<"done" | "there already" | "left out"> {
  const isHere = root === "/";
  switch (step.kind) {
    case "user":
      return isHere ? await makeUser(step.name, step.home) : "left out";
    case "folder": {
      const path = join(root, step.path);
      await mkdir(path, { recursive: true, mode: step.mode });
      await chmod(path, step.mode);
      if (isHere) await give({ chown: (uid, gid) => chown(path, uid, gid) }, step.owner);
      return "done";
    }
    case "file":
      return await writeStep(step, root, isHere);
    case "copy":
      return await copyStep(step, root);
    case "link":
      return await linkStep(join(root, step.path), step.target);
    case "remove":
      await rm(join(root, step.path), { recursive: true, force: true });
      return "done";
    case "systemctl":
      if (!isHere || !systemdRuns()) return "left out";
      await run("systemctl", [...step.args]);
      return "done";
  }
}

/** As sd_booted(3) tells it. */
export function systemdRuns(): boolean {
  return existsSync("/run/systemd/system");
}

async function makeUser(name: string, home: string): Promise<"done" | "there already"> {
  if ((await idOf("-u", name)) !== null) return "there already";
  const shell = "/usr/sbin/nologin";
  await run("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir",
    home,
    "--shell",
    shell,
    name,
  ]);
  return "done";
}

async function writeStep(
  step: Step & { kind: "file" },
  root: string,
  isHere: boolean,
): Promise<"done" | "there already"> {
  const path = join(root, step.path);
  const present = await readFile(path, "utf8").catch(() => null);
  if (present !== null && (step.keep || present === step.content)) return "there already";
  await mkdir(dirname(path), { recursive: true });
  // The agent's folder is its user's: a link that lies there must not lead root elsewhere, so such a file is made anew.
  const handle = await open(path, step.keep ? "wx" : "w", step.mode);
  try {
    await handle.writeFile(step.content);
    if (isHere && step.owner !== null) await give(handle, step.owner);
  } finally {
    await handle.close();
  }
  return "done";
}

/** Beside first, then renamed: a folder that is there is whole. Packages of npm stay out of a copied package. */
async function copyStep(step: Step & { kind: "copy" }, root: string): Promise<"done" | "there already"> {
  const to = join(root, step.to);
  if (step.from === to || (step.keep && existsSync(to))) return "there already";
  const draft = `${to}.new`;
  await rm(draft, { recursive: true, force: true });
  const modules = join(step.from, "node_modules");
  await cp(step.from, draft, { recursive: true, filter: (path) => path !== modules });
  await rm(to, { recursive: true, force: true });
  await rename(draft, to);
  return "done";
}

async function linkStep(path: string, target: string): Promise<"done" | "there already"> {
  if ((await readlink(path).catch(() => null)) === target) return "there already";
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await symlink(target, draft);
  await rename(draft, path);
  return "done";
}

async function give(target: Pick<FileHandle, "chown">, owner: string): Promise<void> {
  const [uid, gid] = await Promise.all([idOf("-u", owner), idOf("-g", owner)]);
  if (uid === null || gid === null) throw new Error(`there is no user ${owner}`);
  await target.chown(uid, gid);
}

async function idOf(flag: "-u" | "-g", name: string): Promise<number | null> {
  try {
    return Number((await run("id", [flag, name])).stdout.trim());
  } catch {
    return null;
  }
}
