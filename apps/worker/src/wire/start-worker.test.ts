import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";

// Each loads hundreds of modules in a process of its own: on a busy machine a minute.
vi.setConfig({ testTimeout: 240_000 });

const here = import.meta.dirname;

/** Prints what a process has loaded once it has the modules that its arguments name. */
const listLoaded = `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({ resolve: (name, context, next) => { const found = next(name, context); loaded.add(found.url); return found; } });
  for (const path of process.argv.slice(1)) await import(path);
  process.stdout.write(JSON.stringify([...loaded]));
`;

async function loadedBy(...modules: string[]): Promise<string[]> {
  const paths = modules.map((name) => join(here, name));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", listLoaded, "--", ...paths],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as string[];
}

const has = (loaded: readonly string[], part: string): boolean => loaded.some((url) => url.includes(part));

/** What some of the services need, and takes long to load. */
const costly = [
  ...["/core/src/alerts/", "/core/src/kpi/", "/core/src/noops/", "/core/src/encryption/index.ts"],
  ...["/@bufbuild/cel/", "/@peculiar/", "/@grpc/", "/fastify/", "/ssh2/", "/nodemailer/", "/@kubernetes/"],
];

describe("a worker", () => {
  test("loads nothing before it knows its services that only some of them need", async () => {
    const loaded = await loadedBy("start-worker.ts", "../config.ts");
    expect(has(loaded, "/bullmq/")).toBe(true);
    expect(costly.filter((part) => has(loaded, part))).toEqual([]);
  });

  test("loads for validation and for the balance neither rules, alerts nor certificates", async () => {
    const loaded = await loadedBy("start-worker.ts", "validation.ts", "balance.ts");
    const needless = costly.filter((part) => part !== "/@grpc/");
    expect(needless.filter((part) => has(loaded, part))).toEqual([]);
  });

  test("loads for KPIs and alerts no certificates before it is ready", async () => {
    const loaded = await loadedBy(
      "start-worker.ts",
      "kpi-readings.ts",
      "kpi.ts",
      "alerts.ts",
      "tell-alerts.ts",
    );
    const needless = costly.filter((part) => !/alerts|kpi|nodemailer/.test(part));
    expect(needless.filter((part) => has(loaded, part))).toEqual([]);
  });

  test("loads for NoOps what its rules are written in", async () => {
    expect(has(await loadedBy("noops.ts"), "/@bufbuild/cel/")).toBe(true);
  });
});
