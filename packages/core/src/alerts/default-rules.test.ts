import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { causesNamedBy } from "./causes.ts";
import { type AlertRule, defaultAlertRules, severities, unknownPlaceholders } from "./index.ts";

const docs = new URL("../../../../docs/", import.meta.url);

/** The anchors of a page's headings, as they are linked to. */
async function anchorsOf(page: string): Promise<Set<string>> {
  const text = await readFile(new URL(page, docs), "utf8");
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test("every shipped rule has a section of the runbooks, and every section a rule", async () => {
  const anchors = await anchorsOf("runbooks.md");
  anchors.delete("runbooks");
  expect([...anchors].toSorted()).toEqual(defaultAlertRules.rules.map(({ id }) => id).toSorted());
});

test("every link of the runbooks leads to a heading", async () => {
  const text = await readFile(new URL("runbooks.md", docs), "utf8");
  const links = [...text.matchAll(/\]\(([\w-]*(?:\.md)?)(?:#([\w-]+))?\)/g)];
  expect(links.length).toBeGreaterThan(30);
  for (const [whole, page, anchor] of links)
    if (anchor !== undefined)
      expect(await anchorsOf(page === "" ? "runbooks.md" : (page ?? "")), whole).toContain(anchor);
});

test("all severities are used, and critical ones are the fewest that want an answer at once", () => {
  const counts = severities.map(
    (one) => defaultAlertRules.rules.filter(({ severity }) => severity === one).length,
  );
  expect(Math.min(...counts)).toBeGreaterThan(0);
  for (const { id, severity, card } of defaultAlertRules.rules)
    if (card.respondWithinMinutes < 30) expect(severity, id).toBe("critical");
});

test("messages say the condition, without a figure that grows stale, and name what their alerts are told apart by", () => {
  for (const rule of defaultAlertRules.rules) {
    expect(unknownPlaceholders(rule), rule.id).toEqual([]);
    // A figure of the raise would stand in the title for hours, as if it were that of now.
    expect(rule.message, rule.id).not.toContain("{value}");
    if (rule.condition.kind === "anomaly") expect(rule.message, rule.id).not.toContain("{limit}");
    if (rule.per !== "all" && rule.only === undefined)
      expect(rule.message, rule.id).toContain(`{${rule.per}}`);
  }
});

/** How long after it begins a shipped breach of a threshold is told of at the earliest, ms: ages begin when what they count does. */
function toldAfterMs({ kpi, condition, onDelayMs }: AlertRule): number {
  if (!kpi.endsWith("_ms") || condition.kind !== "threshold") return onDelayMs;
  const { limit } = condition;
  return onDelayMs + ("above" in limit ? limit.above : 0);
}

test("what comes of a cause that lies elsewhere, or of one that takes time to be known, is told of later than it", () => {
  const { rules } = defaultAlertRules;
  const ruleOf = (id: string) =>
    rules.find((rule) => rule.id === id) ?? expect.fail(`there is no rule ${id}`);
  const pairs = [
    ...[
      ["archive-errors", "archive-away"],
      ["segments-failing", "archive-away"],
      ["backlog-old", "archive-away"],
    ],
    ...[
      ["agent-offline", "site-offline"],
      ["reader-silent", "agent-offline"],
    ],
  ] as const;
  for (const [consequence, cause] of pairs) {
    expect(causesNamedBy(ruleOf(consequence)), consequence).toContain(cause);
    expect(toldAfterMs(ruleOf(consequence)), consequence).toBeGreaterThan(toldAfterMs(ruleOf(cause)));
  }
});
