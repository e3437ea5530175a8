import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findMissingPaths, namedPaths } from "./find-missing-paths.ts";

it("reads paths out of code and links, and leaves commands, patterns and the web alone", () => {
  const text =
    "See `apps/worker/src/wire.ts:12`, `npm start`, `packages/core/src/<room>/`, [x](docs/a.md#b), [y](https://a.b), [z](#c)";
  expect(namedPaths(text)).toEqual(["apps/worker/src/wire.ts", "docs/a.md"]);
});

it("names the page and the path that is gone", async () => {
  const root = await mkdtemp(join(tmpdir(), "tapline-map-"));
  await mkdir(join(root, "docs"));
  await writeFile(join(root, "docs/here.md"), "");
  await writeFile(join(root, "README.md"), "[here](docs/here.md), `docs/gone.md`");
  expect(await findMissingPaths(root)).toEqual([
    "README.md names docs/gone.md, which does not exist",
    "ARCHITECTURE.md is missing",
  ]);
  await rm(root, { recursive: true });
});
