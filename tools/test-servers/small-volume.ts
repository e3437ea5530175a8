import { mkdir, readFile, statfs } from "node:fs/promises";
import { forgetMount, runCommand, unmountWhenGone } from "../servers/index.ts";

const volumeMiB = 512;
/** What stands as a volume's device in the list of mounts, with the pid of its owner. */
const device = "tapline-volume-";

/** A small disk in memory that can be made full. */
export type Volume = {
  /** Leaves no room at all for what comes. */
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly unmount: () => Promise<void>;
};

/**
 * Mounts one at `dir`, which is unmounted at the latest when this process is gone, and first unmounts those of owners that are
 * gone; null where this user may not mount.
 */
export async function mountVolume(dir: string): Promise<Volume | null> {
  await mkdir(dir, { recursive: true });
  await unmountOrphans();
  const options = (kib: number): string => `size=${kib}k,mode=0700`;
  try {
    await runCommand("mount", [
      "-t",
      "tmpfs",
      "-o",
      options(volumeMiB * 1024),
      `${device}${process.pid}`,
      dir,
    ]);
  } catch {
    return null;
  }
  unmountWhenGone(dir);
  const resize = async (kib: number): Promise<void> => {
    await runCommand("mount", ["-o", `remount,${options(kib)}`, dir]);
  };
  return {
    fill: async () => {
      // Whoever writes meanwhile may need more than was there when we looked.
      for (let attempt = 1; ; attempt++) {
        const { blocks, bfree, bsize } = await statfs(dir);
        try {
          return await resize(Math.ceil(((blocks - bfree) * bsize) / 1024));
        } catch (error) {
          if (attempt === 20) throw error;
        }
      }
    },
    free: () => resize(volumeMiB * 1024),
    unmount: async () => {
      await runCommand("umount", ["-l", dir]);
      forgetMount(dir);
    },
  };
}

/** The guard unmounts what a dead owner left; where both were killed, the next owner does. */
async function unmountOrphans(): Promise<void> {
  const mounts = await readFile("/proc/mounts", "utf8").catch(() => "");
  for (const line of mounts.split("\n")) {
    const [source = "", at = ""] = line.split(" ");
    const pid = source.startsWith(device) ? Number(source.slice(device.length)) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid))
      await runCommand("umount", ["-l", unescaped(at)]).catch(() => "");
  }
}

/** As the kernel writes paths there: blanks and the like as octal numbers. */
function unescaped(path: string): string {
  return path.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
