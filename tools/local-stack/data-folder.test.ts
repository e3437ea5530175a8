import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder } from "./data-folder.ts";
import { lockFolder } from "./lock-folder.ts";

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tapline-data-"));
});

afterEach(async () => {
  await rm(base, { recursive: true });
});

describe("the data folder", () => {
  it("is made private, with its rooms", async () => {
    const folder = await openDataFolder(join(base, "deep/.tapline"));
    for (const path of [folder.root, folder.archive, folder.logs, folder.agent])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it("is refused in one sentence where a file stands in its place", async () => {
    await writeFile(join(base, "file"), "mine");
    const refused = openDataFolder(join(base, "file/.tapline"));
    await expect(refused).rejects.toMatchObject({ code: "misconfigured" });
    await expect(refused).rejects.toThrow("cannot be written (ENOTDIR)");
  });

  it("is not taken where a folder holds somebody's files, and these stay as they were", async () => {
    await writeFile(join(base, "letter"), "mine");
    await chmod(base, 0o755);
    const refused = openDataFolder(base);
    await expect(refused).rejects.toMatchObject({ code: "misconfigured" });
    await expect(refused).rejects.toThrow("holds files that are not Tapline's");
    expect(await readdir(base)).toEqual(["letter"]);
    expect((await stat(base)).mode & 0o777).toBe(0o755);
  });

  it("is taken where it is empty, and made private again where it is Tapline's", async () => {
    await openDataFolder(base);
    await writeFile(join(base, "lock"), "{}");
    await chmod(base, 0o755);
    await openDataFolder(base);
    expect((await stat(base)).mode & 0o777).toBe(0o700);
  });

  it("is refused where nothing can be written", async () => {
    await expect(openDataFolder("/sys/tapline")).rejects.toMatchObject({ code: "misconfigured" });
  });
});

describe("the folder's lock", () => {
  it("lets nobody else in, and says who holds it and what for", async () => {
    const lock = await lockFolder(base);
    await expect(lockFolder(base)).rejects.toThrow(`process ${process.pid}, still starting`);
    await lock.announce("console at http://127.0.0.1:7400");
    const refused = lockFolder(base);
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
    await expect(refused).rejects.toThrow("http://127.0.0.1:7400");
  });

  it("is free again once released", async () => {
    (await lockFolder(base)).release();
    (await lockFolder(base)).release();
  });

  it.each([
    ["a process that has died", JSON.stringify({ pid: 4_194_303, started: "1", doing: "x" })],
    ["a live process with a dead one's pid", JSON.stringify({ pid: process.ppid, started: "1", doing: "x" })],
    ["garbage", "{"],
  ])("is taken over from %s", async (_who, content) => {
    await writeFile(join(base, "lock"), content);
    const lock = await lockFolder(base);
    await expect(lockFolder(base)).rejects.toMatchObject({ code: "conflict" });
    lock.release();
  });

  it("goes to one of many that take over a dead one's at once", async () => {
    await writeFile(join(base, "lock"), JSON.stringify({ pid: 4_194_303, started: "1", doing: "x" }));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(base)));
    expect(tries.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });
});
