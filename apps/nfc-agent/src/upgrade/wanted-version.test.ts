import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { wantedVersion } from "./wanted-version.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-wanted-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const directive = (version: string | null) => JSON.stringify({ revision: 1, settings: {}, version });
const put = (text: string) => writeFile(join(dir, "directive.json"), text);

it("is what the last directive names", async () => {
  expect(await wantedVersion(dir)).toBeNull();
  await put(directive(null));
  expect(await wantedVersion(dir)).toBeNull();
  await put(directive("1.2.3"));
  expect(await wantedVersion(dir)).toBe("1.2.3");
});

it.each<[string, () => unknown]>([
  ["no version but a path", () => put(directive("1.2.3/../../x"))],
  ["no JSON", () => put("{")],
  ["a large file", () => put(`${directive("1.2.3")}${" ".repeat(70_000)}`)],
  ["a link", () => put(directive("1.2.3")).then(() => moveAway())],
  ["a pipe", () => execFileSync("mkfifo", [join(dir, "directive.json")])],
])("is refused from %s, which the agent's user may put there", async (_, prepare) => {
  await prepare();
  await expect(wantedVersion(dir)).rejects.toMatchObject({ code: "misconfigured" });
});

async function moveAway(): Promise<void> {
  execFileSync("mv", [join(dir, "directive.json"), join(dir, "elsewhere")]);
  await symlink(join(dir, "elsewhere"), join(dir, "directive.json"));
}
