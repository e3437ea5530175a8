import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultNoopsRules } from "@tapline/core/noops";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { simulate } from "./noops-simulate.ts";

let dir: string;
let told: string;

beforeEach(async () => {
  dir = await temporaryFolder();
  told = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    told += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

async function given(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text);
  return join(dir, name);
}

const parameters = { seed: 3, days: 0.25, basePerSecond: 8_000, peaks: [], noise: 0.1 };

test("a trace by its parameters is run through each service, and drawn", async () => {
  const trace = await given(
    "burst.yaml",
    stringify({ ...parameters, bursts: { perDay: 20, times: 3, minutes: 5 } }),
  );
  const plot = join(dir, "plot.svg");
  const rules = await given("rules.yaml", stringify(defaultNoopsRules));
  await simulate({ trace, rules, plot, seed: 1 });
  expect(told).toMatch(/^SERVICE +UNDER +TOO SLOW +REPLICA-HOURS +ACTS +TURNS$/m);
  for (const service of ["ingest", "validation", "transfer"])
    for (const scaler of ["balance", "HPA at 80 %", String.raw`\d+ at all times`, "NoOps rules, version 1"])
      expect(told).toMatch(new RegExp(`^${service} +${scaler} +\\d+ min +\\d+\\.\\d`, "m"));
  expect(told).toContain("ingest: no forecast was good enough to be used");
  const svg = await readFile(plot, "utf8");
  expect(svg.match(/<polyline/g)).toHaveLength(3 * 5);
  expect(svg).toContain("HPA at 80 %");
  for (const mark of ["0 h", "6 h"]) expect(svg.split(`>${mark}</text>`)).toHaveLength(1 + 3);
  expect(told).toMatch(/^run: 0\.25 days, with nothing known beforehand$/m);
});

test("an hourly trace teaches a forecast, too, and where nobody scales that is said", async () => {
  const rows = Array.from({ length: 24 * 5 }, (_, hour) => {
    const load = 100 + 80 * Math.sin((hour / 12) * Math.PI) + 7 * (hour % 5);
    return `${hour * 3_600},${load}`;
  });
  const trace = await given("hourly.csv", rows.join("\n"));
  await simulate({ trace, learnDays: 4, seed: 1 });
  expect(told).toMatch(/^run: 1 day, learnt from the 4 days before$/m);
  expect(told).toMatch(/^ingest: a forecast was used in \d+ steps/m);
  expect(told).toMatch(/^transfer: never needed more than the 2 replicas .*: nothing is compared$/m);
});

test("a plot that cannot be kept is refused before anything is run", async () => {
  const missing = join(dir, "missing.csv");
  await expect(simulate({ trace: missing, plot: join(dir, "plot.png"), seed: 1 })).rejects.toThrow(
    /drawn as SVG, and .*plot\.png is called otherwise/,
  );
  await expect(simulate({ trace: missing, plot: join(dir, "none", "plot.svg"), seed: 1 })).rejects.toThrow(
    /plot\.svg cannot be written/,
  );
});

test("a trace as CSV is told as JSON", async () => {
  const rows = Array.from({ length: 60 }, (_, minute) => `${minute * 60},${minute < 30 ? 4_000 : 40_000}`);
  const trace = await given("load.csv", `time,arrivals_per_second\n${rows.join("\n")}\n`);
  await simulate({ trace, fixed: 3, seed: 1, json: true });
  const { services } = JSON.parse(told) as { services: { service: string; results: { scaler: string }[] }[] };
  expect(services[0]?.results).toMatchObject([
    { scaler: "balance", minutes: 60 },
    { scaler: "HPA at 80 %", minutes: 60 },
    { scaler: "3 at all times", minutes: 60, acts: expect.any(Number) },
  ]);
});

test("what is wrong with a trace is named", async () => {
  const trace = await given("wrong.yaml", stringify({ ...parameters, peaks: 3 }));
  await expect(simulate({ trace, seed: 1 })).rejects.toThrow(/wrong\.yaml makes no trace: .*peaks/s);
  const short = await given("short.csv", "time,rate\n0,5\n60,6\n");
  await expect(simulate({ trace: short, learnDays: 3, seed: 1 })).rejects.toThrow(/nothing is left to run/);
});
