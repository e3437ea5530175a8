import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { afterAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tapline-printing-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As an npm script runs it, but for the set-up before. */
function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, program), ...args], {
    encoding: "utf8",
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe.each([
  ["redis:users", "tools/redis/main.ts", /^ACL SETUSER (\S+) resetpass >[\w-]{32} /, "tapline_"],
  ["database:roles", "tools/database/rights/main.ts", /^CREATE ROLE "?([^\s"]+)"? /, "tapline_"],
] as const)("npm run %s", (name, program, line, usual) => {
  test("says by --help what it prints, and by which options", () => {
    const { status, stdout, stderr } = run(program, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`Usage: npm run ${name} -- [options]`);
    expect(stdout).toContain("--prefix <text>");
  });

  test("has a line for each service", () => {
    for (const [prefix, args] of [[usual, []] as const, ["gym_", ["--prefix", "gym_"]] as const]) {
      const names = run(program, ...args)
        .stdout.trim()
        .split("\n")
        .map((text) => line.exec(text)?.[1]);
      expect(names.sort()).toEqual(meshServices.map((word) => `${prefix}${word}`).sort());
    }
  });

  test.each([
    [["--wrong"], "--wrong"],
    [["more"], "argument"],
  ])("refuses %j in one line", (args, told) => {
    const { status, stdout, stderr } = run(program, ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(told);
  });
});

describe("npm run redis:users", () => {
  const program = "tools/redis/main.ts";

  test("keeps passwords where it is asked to", () => {
    expect(run(program, "--keep-passwords").stdout).not.toMatch(/resetpass|>/);
  });

  test("writes the users' files, once and again", () => {
    const before = join(folder, "users");
    for (const _ of [1, 2]) expect(run(program, "--into", before)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(before)).toContain("users.acl");
  });

  test.each([
    [["--url", "redis://redis"], "--into"],
    [["--into", "other", "--keep-passwords"], "--keep-passwords"],
    [["--into", "other", "--url", "http://redis"], "http://redis"],
  ])("refuses %j in one line", (args, told) => {
    const { status, stdout, stderr } = run(program, ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(told);
  });

  test("says which file of a folder is not as it wrote it", () => {
    const broken = join(folder, "broken");
    run(program, "--into", broken);
    writeFileSync(join(broken, "web.url"), "redis://redis:6379");
    const { status, stderr } = run(program, "--into", broken);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*web\.url has no URL.*\n$/)]);
  });
});
