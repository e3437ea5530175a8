import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleProgram } from "./bundle-program.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-bundle-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const bundle = () => bundleProgram(root, join(root, "apps/one/main.ts"), join(root, "apps/one/built"));
const run = (at = root): string =>
  execFileSync(process.execPath, [join(at, "apps/one/built/main.mjs")], { encoding: "utf8" }).trim();

test("a bundle reads what lies beside its sources, of modules and of CommonJS, wherever the project is moved to", async () => {
  await write({
    "apps/one/main.ts":
      'import { lines } from "../../packages/two/lines.ts";\nimport three from "three";\nconst { late } = await import("./late.ts");\nconsole.log(lines(), three(), late satisfies string);\n',
    "apps/one/late.ts": 'export const late: string = "late";\n',
    "packages/two/lines.ts":
      'import { readFileSync } from "node:fs";\nexport const lines = (): string => readFileSync(new URL("./lines.txt", import.meta.url), "utf8");\n',
    "packages/two/lines.txt": "beside",
    "node_modules/three/package.json": '{ "name": "three", "main": "lib/three.js" }',
    "node_modules/three/lib/three.js":
      'const { readFileSync } = require("fs");\nmodule.exports = () => readFileSync(require("path").join(__dirname, "../three.txt"), "utf8");\n',
    "node_modules/three/three.txt": "package",
  });
  await bundle();
  expect(run()).toBe("beside package late");
  const moved = `${root}-moved`;
  await rename(root, moved);
  try {
    expect(run(moved)).toBe("beside package late");
  } finally {
    await rename(moved, root);
  }
});

test("a package that is not there is a fault of the build, not of the start", async () => {
  await write({ "apps/one/main.ts": 'import { gone } from "gone";\nconsole.log(gone);\n' });
  await expect(bundle()).rejects.toThrow(/gone/);
});
