import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAlertChannels } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultsText, lintReport } from "./alerts-lint.ts";
import { testReport } from "./alerts-test.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const docs = here("../../../../docs/alert-rules");

const none = () => Promise.resolve({ unknown: "nobody asked" });
const nurse = () =>
  Promise.resolve({
    from: "a test",
    channels: parseAlertChannels({
      format: "tapline-alert-channels/1",
      channels: [{ kind: "webhook", name: "night-nurse", shape: "slack", url: { secret: "url" } }],
    }),
  });

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
  expect(await lintReport(join(docs, "example.yaml"), {}, nurse)).toEqual({
    isSound: true,
    text: expect.stringMatching(/: 2 sound rules, version 2, SHA-256 [0-9a-f]{64}$/),
  });
  expect(await testReport([join(docs, "example.test.yaml"), join(docs, "shipped.test.yaml")], {})).toEqual({
    isSound: true,
    text: "19 of 19 series as expected",
  });
});

test("the shipped rules, printed, are a sound file", async () => {
  const { isSound, text } = await lintReport(
    await written("shipped.yaml", defaultsText()),
    { json: true },
    none,
  );
  expect(isSound).toBe(true);
  expect(JSON.parse(text)).toMatchObject({ faults: [], rules: 40, release: { version: 1 } });
});

test("faults are named by file, rule and place", async () => {
  const bad = defaultsText()
    .replace("kpi: backlog.taps", "kpi: backlog.tups")
    .replace("severity: info", "severity: mild");
  const { isSound, text } = await lintReport(await written("bad.yaml", bad), {}, none);
  expect(isSound).toBe(false);
  expect(text).toMatch(
    /bad\.yaml: rules\.backlog-growing\.kpi: there is no KPI backlog\.tups: did you mean backlog\.taps\? \(docs\/kpis\.md/,
  );
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
  await expect(lintReport(file, {}, none)).rejects.toThrow(/broken\.yaml is no YAML/);
  await expect(testReport([join(docs, "example.yaml")], {})).rejects.toThrow(
    /example\.yaml holds no tests of alert rules/,
  );
});

test("routing that leads nowhere is a warning, and so is that nobody knows", async () => {
  const routed = defaultsText().replace("routing: []", "routing: [{ channels: [duty-mail] }]");
  const file = await written("routed.yaml", routed);
  const unknown = await lintReport(file, {}, none);
  expect(unknown.text).toMatch(/\n.*routed\.yaml: warning: whether the channels .* not known: nobody asked$/);
  const given = await written("channels.yaml", "format: tapline-alert-channels/1\n");
  const { status, stdout } = spawnSync(
    process.execPath,
    [here("main.ts"), "alerts", "lint", file, "--channels", given],
    { encoding: "utf8" },
  );
  expect(stdout).toMatch(
    /warning: rules\.\S+\.routing: there is no channel, schedule or policy duty-mail in \S+channels\.yaml\n$/,
  );
  expect(status).toBe(0);
});
