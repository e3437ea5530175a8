import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findImportFaults } from "./find-import-faults.ts";

const root = join(import.meta.dirname, "../..");
let house: string;

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(house, path)), { recursive: true });
  await writeFile(join(house, path), content);
}

/** A house of the same shape with nothing in it, so that each fault stands alone. */
beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), "tapline-rules-"));
  for (const name of ["core", "adapters"]) {
    const folder = name === "core" ? "packages/core" : "packages/core/adapters";
    await mkdir(join(house, folder), { recursive: true });
    await cp(join(root, folder, "package.json"), join(house, folder, "package.json"));
    await mkdir(join(house, "node_modules/@tapline"), { recursive: true });
    await symlink(join(house, folder), join(house, "node_modules/@tapline", name));
  }
  await symlink(join(root, "node_modules/zod"), join(house, "node_modules/zod"));
  await symlink(join(root, "node_modules/pg"), join(house, "node_modules/pg"));
  for (const room of ["kernel", "audit", "tap", "encryption"])
    await write(`packages/core/src/${room}/index.ts`, `export { inner } from "./inner.ts";\n`);
  for (const room of ["kernel", "audit", "tap", "encryption"])
    await write(`packages/core/src/${room}/inner.ts`, "export const inner = 1;\n");
  await write("packages/core/adapters/src/redis/index.ts", "export const redis = 1;\n");
  await write("packages/telemetry/src/x.ts", "export const telemetry = 1;\n");
  await write("apps/worker/src/main.ts", "export const worker = 1;\n");
  await write("apps/web/server/main.ts", "export const server = 1;\n");
  await write("apps/web/features/sign-in/form.tsx", "export const form = 1;\n");
});

afterAll(async () => {
  await rm(house, { recursive: true });
});

const faults: [rule: string, what: string, path: string, source: string][] = [
  [
    "core-room-order",
    "a room that imports one to its right",
    "packages/core/src/kernel/x.ts",
    'import "../tap/index.ts";',
  ],
  [
    "core-room-order",
    "a type from a room to the right",
    "packages/core/src/kernel/x.ts",
    'import type { inner } from "../tap/index.ts"; export type X = typeof inner;',
  ],
  [
    "core-known-room",
    "a room without a place in the order",
    "packages/core/src/kernel/x.ts",
    'import "../attic/index.ts";',
  ],
  [
    "core-one-door",
    "a room entered beside its door",
    "packages/core/src/tap/x.ts",
    'import "../kernel/inner.ts";',
  ],
  [
    "core-one-door",
    "core entered beside a door from outside",
    "apps/worker/src/x.ts",
    'import "../../../packages/core/src/tap/inner.ts";',
  ],
  ["core-without-io", "core that reads files", "packages/core/src/kernel/x.ts", 'import "node:fs";'],
  ["core-without-io", "core that talks to a database", "packages/core/src/kernel/x.ts", 'import "pg";'],
  [
    "packages-without-apps",
    "a package that imports an app",
    "packages/core/adapters/src/redis/x.ts",
    'import "../../../../../apps/worker/src/main.ts";',
  ],
  [
    "core-without-adapters",
    "core that imports adapters",
    "packages/core/src/kernel/x.ts",
    'import "@tapline/adapters/redis";',
  ],
  [
    "core-without-adapters",
    "core that imports telemetry",
    "packages/core/src/kernel/x.ts",
    'import "../../../telemetry/src/x.ts";',
  ],
  [
    "telemetry-on-core",
    "telemetry that imports adapters",
    "packages/telemetry/src/y.ts",
    'import "@tapline/adapters/redis";',
  ],
  ["apps-apart", "an app that imports another", "apps/worker/src/x.ts", 'import "../../web/server/main.ts";'],
  [
    "agent-without-adapters",
    "an agent that imports adapters",
    "apps/nfc-agent/src/x.ts",
    'import type { redis } from "@tapline/adapters/redis"; export type X = typeof redis;',
  ],
  ["tools-apart", "a tool that imports an app", "tools/x.ts", 'import "../apps/worker/src/main.ts";'],
  [
    "command-line-loads-late",
    "a command line that imports what a command does",
    "apps/worker/src/cli/program/x.ts",
    'import { TaplineError } from "@tapline/core/kernel"; export const x = TaplineError;',
  ],
  ["benches-apart", "a bench that imports an app", "bench/x.ts", 'import "../apps/worker/src/main.ts";'],
  [
    "features-apart",
    "a feature that imports another",
    "apps/web/features/overview/x.tsx",
    'import "../sign-in/form.tsx";',
  ],
  [
    "browser-without-secrets",
    "browser code that reaches the server",
    "apps/web/ui/x.tsx",
    'import "../server/main.ts";',
  ],
  [
    "browser-without-secrets",
    "browser code that reaches the keys' room",
    "apps/web/client/x.tsx",
    'import "@tapline/core/encryption";',
  ],
  [
    "pages-without-core",
    "a page that imports a value of core",
    "apps/web/features/sign-in/x.tsx",
    'import { inner } from "@tapline/core/tap"; export const x = inner;',
  ],
  [
    "adapters-at-the-rim",
    "a job that imports an adapter",
    "apps/worker/src/jobs/x.ts",
    'import "@tapline/adapters/redis";',
  ],
  [
    "no-circles",
    "a circle",
    "packages/core/src/kernel/inner.ts",
    'import "./index.ts"; export const inner = 1;',
  ],
  ["resolvable", "an import that leads nowhere", "tools/x.ts", 'import "./gone.ts";'],
  [
    "core-without-io",
    "a fault behind a using declaration",
    "packages/core/src/kernel/x.ts",
    'export async function f() { await using a = await import("node:fs"); return a; }',
  ],
];

it.each(faults)("%s finds %s", async (rule, _what, path, source) => {
  const isNew = path !== "packages/core/src/kernel/inner.ts";
  await write("packages/core/src/attic/index.ts", "export const attic = 1;\n");
  await write(path, `${source}\n`);
  const found = await findImportFaults(house, [
    "packages",
    "apps",
    ...["tools", "bench"].filter((folder) => path.startsWith(folder)),
  ]);
  await (isNew ? rm(join(house, path)) : write(path, "export const inner = 1;\n"));
  expect(found.filter((line) => line.startsWith(`${rule}: `) && line.includes(path))).not.toEqual([]);
});

it("finds nothing where nothing is wrong", async () => {
  await write(
    "apps/worker/src/wire/parts.ts",
    'import "@tapline/adapters/redis";\nimport "@tapline/core/tap";\n',
  );
  await write(
    "apps/web/client/y.ts",
    'import type { server } from "../server/main.ts";\nexport type Y = typeof server;\n',
  );
  await write(
    "apps/web/client/z.ts",
    'import type { inner } from "@tapline/core/tap";\nexport type Z = typeof inner;\n',
  );
  expect(await findImportFaults(house, ["packages", "apps"])).toEqual([]);
});
