// Plain JavaScript that any Node runs: set-up locks the clone with it, the local stack its data folder.
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";

/** When process `pid` started, in the kernel's own clock: tells it from a later one with the same pid. */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(holder) {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return startOf(holder.pid) === holder.started;
}

function parseHolder(text) {
  try {
    const { pid, started, doing } = JSON.parse(text);
    const isHolder =
      Number.isInteger(pid) && pid > 1 && typeof started === "string" && typeof doing === "string";
    return isHolder ? { pid, started, doing } : undefined;
  } catch {
    return undefined;
  }
}

async function readIfThere(path) {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Takes a dead holder's lock away. Of several that try at once, only one moves that very file. */
async function clearStale(path, stale) {
  const aside = `${path}.${randomBytes(4).toString("hex")}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, "utf8").catch(() => stale);
  // Somebody was quicker and this is a new lock: it goes back.
  if (moved !== stale) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Makes the lock with all that it says, in one step. @returns false where there is one */
async function makeLock(path, holder) {
  const written = `${path}.${randomBytes(4).toString("hex")}`;
  await writeFile(written, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(written, path);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(written, { force: true });
  }
}

export async function takeLock(path, doing, { onHeld, onStale = async () => {} }) {
  const self = { pid: process.pid, started: startOf(process.pid), doing };
  while (!(await makeLock(path, self))) {
    const text = await readIfThere(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) {
      await onHeld(holder);
      continue;
    }
    if (holder !== undefined) await onStale(holder);
    await clearStale(path, text);
  }
  return {
    announce: async (doingNow) => {
      await writeFile(`${path}.new`, JSON.stringify({ ...self, doing: doingNow }), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}
