import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { freePort } from "../../../../../tools/servers/index.ts";
import {
  freshDatabase,
  servicesOf,
  sharedRedis,
  temporaryFolder,
} from "../../../../../tools/test-servers/index.ts";

vi.setConfig({ testTimeout: 120_000 });

const main = new URL("../main.ts", import.meta.url).pathname;

const run = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, "status", ...args], { env, cwd: "/" }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

test("status tells what answers, and what does not as unknown", async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, "archive"));
  const env = {
    DATABASE_URL: await freshDatabase(),
    REDIS_URL: (await sharedRedis()).url,
    TAPLINE_DATA_DIR: dir,
  };
  const there = await run(env, "--json");
  const told = JSON.parse(there.out);
  expect([there.code, told.well], there.err).toEqual([1, false]);
  expect(told.stores).toMatchObject([
    { name: "PostgreSQL", state: "answers" },
    { name: "Redis", state: "answers" },
  ]);
  expect(told.stack).toEqual({ is: "known", value: null });
  expect(told.archives.value).toMatchObject([
    { name: "main", state: "unknown", why: expect.stringContaining("no server") },
  ]);
  expect(told.agents).toEqual({ is: "known", value: { known: 0, online: 0, silent: [] } });
  expect(told.logRights.value).toContain("it is a superuser");
  const asServices = await run({ ...env, DATABASE_URL: servicesOf(env.DATABASE_URL) }, "--json");
  expect(JSON.parse(asServices.out).logRights).toEqual({ is: "known", value: [] });
  expect(told.quarantined).toEqual({ is: "known", value: 0 });
  expect(told.alerts).toMatchObject({ is: "known", value: { unacknowledged: 0, oldestAtEpochMs: null } });
  expect(told.newest).toEqual({ is: "known", value: null });
  const port = await freePort();
  const away = await run({ ...env, DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/x` });
  expect(away.code).toBe(1);
  expect(away.out).toContain("quarantine           unknown: PostgreSQL at 127.0.0.1");
  expect(away.out).toMatch(/Redis +answers/);
  expect(away.out).not.toContain("0 taps\n");
});

test("without an installation one line says so, and what to do", async () => {
  const nowhere = await run({ TAPLINE_ARCHIVE_URL: "" });
  expect(nowhere.code).toBe(1);
  expect(nowhere.out).toBe("");
  expect(nowhere.err).toMatch(/^tapline: DATABASE_URL is not set\n.+\n$/);
});
