import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../servers/index.ts";
import { mountVolume, temporaryFolder } from "./index.ts";

const module = new URL("./small-volume.ts", import.meta.url).href;
const isMounted = async (dir: string): Promise<boolean> =>
  (await readFile("/proc/mounts", "utf8")).includes(` ${dir} `);

const probe = await mountVolume(join(await temporaryFolder(), "probe"));
await probe?.unmount();

test.skipIf(probe === null)(
  "a volume is unmounted when its owner is killed",
  { timeout: 60_000 },
  async () => {
    const dir = join(await temporaryFolder(), "disk");
    const program = `
    const { mountVolume } = await import(${JSON.stringify(module)});
    await mountVolume(${JSON.stringify(dir)});
    console.log("mounted");
    setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(owner.stdout, "data");
    expect(await isMounted(dir)).toBe(true);
    owner.kill("SIGKILL");
    await expect.poll(() => isMounted(dir), { timeout: 20_000 }).toBe(false);
  },
);

test.skipIf(probe === null)(
  "what a dead owner and its guard left is unmounted by the next owner, and no other's",
  async () => {
    const [left, others, own] = await Promise.all(
      ["left behind", "others", "own"].map(async (name) => join(await temporaryFolder(), name)),
    );
    const dead = spawn("true");
    await once(dead, "exit");
    for (const [pid, dir] of [
      [dead.pid, left],
      [process.ppid, others],
    ] as const) {
      await mkdir(dir!);
      await runCommand("mount", ["-t", "tmpfs", "-o", "size=64k", `tapline-volume-${pid}`, dir!]);
    }
    try {
      const volume = await mountVolume(own!);
      expect([await isMounted(left!), await isMounted(left!.replace(" ", "\\040"))]).toEqual([false, false]);
      expect([await isMounted(others!), await isMounted(own!)]).toEqual([true, true]);
      await volume?.unmount();
      expect(await isMounted(own!)).toBe(false);
    } finally {
      await runCommand("umount", ["-l", others!]);
    }
  },
);
