import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("a command whose packages are missing says so in two lines, without a stack trace", async () => {
  const dir = await mkdtemp(join(tmpdir(), "launch-"));
  const launcher = JSON.stringify(new URL("./launch.mjs", import.meta.url).href);
  await writeFile(join(dir, "entry.mjs"), 'import "a-package-that-is-not-there";');
  await writeFile(
    join(dir, "bin.mjs"),
    `import { launch } from ${launcher}; await launch("tapline", import.meta.url, "./entry.mjs");`,
  );
  const told = await new Promise<{ code: unknown; err: string }>((resolve) => {
    execFile(process.execPath, [join(dir, "bin.mjs")], (error, _, err) =>
      resolve({ code: error?.code, err }),
    );
  });
  await rm(dir, { recursive: true });
  expect(told.code).toBe(1);
  expect(told.err).toMatch(/^tapline is not set up: packages are missing .*\nRun npm start once.*\n$/);
});
