import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kpiIds } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { kpisPage } from "./kpis-page.ts";

test("the page has a row for each KPI, with its window in words", () => {
  const page = kpisPage();
  for (const id of kpiIds) expect(page).toContain(`| \`${id}\` |`);
  expect(page).toContain(
    "| `taps.in_per_second` | taps/s | counter-rate | 5 s | `ingest` | all, site, agent, reader |",
  );
  expect(page).toContain("| `backlog.taps` | taps | level | now |");
  expect(page).toMatch(/`availability\.burn_rate_3d` \| x \| level \| 3 d/);
});

test("the page that lies in docs is the one that the catalogue gives", async () => {
  expect(await readFile(join(import.meta.dirname, "../../docs/kpis.md"), "utf8")).toBe(kpisPage());
});
