import { type KpiDefinition, kpiChapters } from "@tapline/core/kpi";

const spans: readonly (readonly [unitMs: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

const head = `# KPIs

Every figure that Tapline keeps of itself, as \`packages/core/src/kpi/catalog.ts\` has it. This page is written by \`npm run docs\`;
\`npm run check\` fails where it is stale.

- A **counter-rate** is what was counted within the window, per unit of time. A **ratio** (0-1) is good by total within the window.
  A **quantile** is of all that was timed within the window: of merged histograms with a relative error of 1 %, never a mean of
  quantiles. A **level** is as it was read last. An **age** is how long ago something was, and grows by itself.
- Windows slide: what left them is told as it leaves, to one sixtieth of the window (to 0.25 s at the least).
- Where the source of a figure is silent, the figure is unknown, not zero. So is a ratio or a quantile of nothing.
- **Kept for** says to what a figure may belong: all of the installation, one site, one agent, one reader of an agent, one archive,
  one reason of refusal.
`;

/** The page docs/kpis.md: one table for each chapter of the catalogue. */
export function kpisPage(): string {
  const chapters = Object.entries(kpiChapters).map(([heading, kpis]) => {
    const rows = Object.entries<KpiDefinition>(kpis).map(([id, kpi]) => row(id, kpi));
    return [
      `## ${heading}`,
      "",
      "| KPI | unit | kind | window | owner | kept for | meaning |",
      "|---|---|---|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  return [head, ...chapters].join("\n");
}

function row(id: string, { unit, kind, windowMs, owner, scopes, meaning }: KpiDefinition): string {
  const window = windowMs === null ? "now" : spanText(windowMs);
  return `| \`${id}\` | ${unit} | ${kind} | ${window} | \`${owner}\` | ${scopes.join(", ")} | ${meaning} |`;
}

/** A span in its largest whole unit, e.g. "5 min". */
function spanText(spanMs: number): string {
  const [unitMs, unit] = spans.find(([each]) => spanMs % each === 0) ?? [1, "ms"];
  return `${spanMs / unitMs} ${unit}`;
}
