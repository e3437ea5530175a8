import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** As Docker reads a pattern: from the context's root, `**` any folders, `*` anything but a slash; what lies within goes along. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern
    .replaceAll(/[.+^$()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "\u0000")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0000", "(?:.*/)?");
  return new RegExp(`^${escaped}(?:/.*)?$`);
}

const rules = textOf(".dockerignore")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => ({ takes: line.startsWith("!"), expression: expressionOf(line.replace(/^!/, "")) }));

/** The last rule that fits a path decides. */
const isSent = (path: string): boolean =>
  rules.findLast(({ expression }) => expression.test(path))?.takes ?? true;

const committed = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");

test("no test, fixture, document or manifest is sent to the build", () => {
  const sent = committed.filter(isSent);
  expect(sent.filter((path) => /\.(test|fixture)\.tsx?$|^(istio|docs|\.ci)\//.test(path))).toEqual([]);
  expect(sent.length).toBeGreaterThan(500);
});

test("what the build copies and installs from is sent", () => {
  const copied = [...textOf("Dockerfile").matchAll(/^COPY ((?!--from|\. )\S.*) \S+$/gm)].flatMap(
    ([, paths = ""]) => paths.split(" "),
  );
  expect(copied.length).toBeGreaterThan(9);
  expect(copied.filter((path) => !isSent(path))).toEqual([]);
  const sources = committed.filter((path) => /^(apps|packages|prisma|tools)\//.test(path));
  const kept = sources.filter((path) => !isSent(path) && !/\.(test|fixture)\.tsx?$/.test(path));
  expect(kept).toEqual([]);
});

test.each([
  ...[".git/config", "apps/web/.git", ".env", "apps/web/.env.local", ".tapline/pki/root.key", ".ci/token"],
  ...["users/web.url", "users/users.acl", "secrets.yaml", "kubeconfig", "tools/kubeconfig.yaml", ".npmrc"],
  ...["apps/worker/door.key", "tools/agents-trust.pem", "apps/web/web.secret", "packages/core/keys.p12"],
  ...["node_modules/zod/package.json", "apps/web/node_modules/x/index.js", "apps/web/.next/BUILD_ID"],
  ...["apps/web/strings/generated/en.ts", "tools/users/users.acl", "npm-debug.log", "dist/tapline.tgz"],
])("%s of a machine is not", (path) => {
  expect(isSent(path)).toBe(false);
});
