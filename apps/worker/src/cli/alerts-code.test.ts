import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultsText, lintReport } from "./alerts-lint.ts";
import { testReport } from "./alerts-test.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const docs = here("../../../../docs/alert-rules");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapline-alerts-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

test("the examples in docs are sound, and say of their series what they are to say", async () => {
  expect(await lintReport(join(docs, "example.yaml"), {})).toEqual({
    isSound: true,
    text: expect.stringMatching(/: 2 sound rules, version 2, SHA-256 [0-9a-f]{64}$/),
  });
  expect(await testReport([join(docs, "example.test.yaml"), join(docs, "shipped.test.yaml")], {})).toEqual({
    isSound: true,
    text: "13 of 13 series as expected",
  });
});

test("the shipped rules, printed, are a sound file", async () => {
  const { isSound, text } = await lintReport(await written("shipped.yaml", defaultsText()), { json: true });
  expect(isSound).toBe(true);
  expect(JSON.parse(text)).toMatchObject({ faults: [], rules: 40, release: { version: 1 } });
});

test("faults are named by file, rule and place", async () => {
  const bad = defaultsText()
    .replace("kpi: backlog.taps", "kpi: backlog.tups")
    .replace("severity: info", "severity: mild");
  const { isSound, text } = await lintReport(await written("bad.yaml", bad), {});
  expect(isSound).toBe(false);
  expect(text).toMatch(/bad\.yaml: rules\.backlog-growing\.kpi: /);
  expect(text).toMatch(/bad\.yaml: rules\.taps-unusual\.severity: /);
});

const otherwise = `format: tapline-alert-tests/1
rules: shipped
tests:
  - name: full
    samples: [{ at: 0s, kpi: buffer.memory_ratio, value: 0.99 }]
    until: 1m
    expect: [{ at: 5s, raise: buffer-full }]
`;

test("a series that goes otherwise is told line by line, and the command ends with 2", {
  timeout: 120_000,
}, async () => {
  const file = await written("other.yaml", otherwise);
  const { status, stdout } = spawnSync(process.execPath, [here("main.ts"), "alerts", "test", file], {
    encoding: "utf8",
  });
  expect(stdout.split("\n")).toEqual([
    `${file}: full`,
    "  expected: raise buffer-full at 5s",
    "  not expected: raise buffer-full at 10s",
    "  not expected: raise buffer-nearly-full at 10s by buffer-full",
    "0 of 1 series as expected",
    "",
  ]);
  expect(status).toBe(2);
});

test("a file that is no YAML, or no tests, is refused by name", async () => {
  const file = await written("broken.yaml", "rules: [");
  await expect(lintReport(file, {})).rejects.toThrow(/broken\.yaml is no YAML/);
  await expect(testReport([join(docs, "example.yaml")], {})).rejects.toThrow(
    /example\.yaml holds no tests of alert rules/,
  );
});
