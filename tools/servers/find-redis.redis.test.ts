import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../test-servers/index.ts";
import { readServersConfig, type ServersConfig } from "./config.ts";
import { isDebian } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { findRedis } from "./find-redis.ts";
import { startRedis } from "./start-redis.ts";

const machine = readServersConfig();
const onDebian = await isDebian(machine.searchPath);
let bare: ServersConfig;

/** A machine on which no Redis is to be seen. */
beforeAll(async () => {
  const folder = await temporaryFolder();
  bare = { ...machine, searchPath: [folder], cacheDir: join(folder, "cache") };
});

describe("finding a Redis", () => {
  it("takes the one on PATH first", async () => {
    const onPath = await findProgram(["redis-server", "valkey-server"], machine.searchPath);
    if (onPath !== undefined) expect(await findRedis()).toEqual({ path: onPath, libraryPath: undefined });
  });

  it("names the remedies where there is none and none can be fetched", async () => {
    await expect(findRedis(() => {}, bare)).rejects.toMatchObject({
      code: "unavailable",
      remedy: expect.stringContaining("REDIS_URL"),
    });
  });

  it.runIf(onDebian)(
    "fetches Debian's into a private folder once, and it serves",
    async () => {
      const [folder = ""] = bare.searchPath;
      for (const name of ["apt-get", "dpkg-deb"])
        await symlink((await findProgram([name], machine.searchPath)) ?? "", join(folder, name));
      const said: string[] = [];
      const program = await findRedis((line) => said.push(line), bare);
      expect(program.path.startsWith(bare.cacheDir)).toBe(true);
      expect(await findRedis((line) => said.push(line), bare)).toEqual(program);
      expect(said).toHaveLength(1);
      const redis = await startRedis({ dataDir: join(folder, "data"), program });
      await redis.stop();
    },
    120_000,
  );
});
