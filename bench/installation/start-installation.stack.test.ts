import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startInstallation } from "./start-installation.ts";

it("leaves neither folder nor process where a worker does not come up", async () => {
  let folder = "";
  const order: string[] = [];
  const starting = startInstallation({
    ...{ trackers: [], unsigned: "refuse" },
    workers: ["buffer,audit", "nonsense"],
    prepare: async (dir) => {
      folder = dir;
    },
    beforeRemoval: async () => {
      await access(folder);
      order.push(...(await commandsThatName(folder)), "nothing runs");
    },
  });
  await expect(starting).rejects.toThrow("main.ts ended with");
  expect(order).toEqual(["nothing runs"]);
  await expect(access(folder)).rejects.toMatchObject({ code: "ENOENT" });
}, 120_000);

/** Command lines of running processes in which `text` stands. */
async function commandsThatName(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes(text));
}
