import { mkdir, statfs } from "node:fs/promises";
import { runCommand } from "../servers/index.ts";

const volumeMiB = 512;

/** A small disk in memory that can be made full. */
export type Volume = {
  /** Leaves no room at all for what comes. */
  readonly fill: () => Promise<void>;
  readonly free: () => Promise<void>;
  readonly unmount: () => Promise<void>;
};

/** Mounts one at `dir`; null where this user may not mount. */
export async function mountVolume(dir: string): Promise<Volume | null> {
  await mkdir(dir, { recursive: true });
  const options = (kib: number): string => `size=${kib}k,mode=0700`;
  try {
    await runCommand("mount", ["-t", "tmpfs", "-o", options(volumeMiB * 1024), "tapline-drill", dir]);
  } catch {
    return null;
  }
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
    },
  };
}
