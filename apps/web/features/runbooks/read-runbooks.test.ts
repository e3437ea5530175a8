import { readFile } from "node:fs/promises";
import { defaultAlertRules } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { type Piece, type Runbook, readRunbooks } from "./read-runbooks.ts";
import shown from "./runbooks.json" with { type: "json" };

const runbooks = readRunbooks(shown.lines);

const piecesOf = ({ blocks }: Runbook): Piece[] =>
  blocks.flatMap((block) => (block.is === "list" ? block.items.flat() : block.pieces));

test("the console shows the page as it stands in docs", async () => {
  const text = await readFile(new URL("../../../../docs/runbooks.md", import.meta.url), "utf8");
  expect(shown.lines).toEqual(text.trimEnd().split("\n"));
});

test("every released rule leads to a section that says something, and each section has a rule", () => {
  for (const { runbook } of defaultAlertRules.rules) {
    const section = runbooks.find(({ id }) => `docs/runbooks.md#${id}` === runbook);
    expect(section?.blocks.length, runbook).toBeGreaterThan(2);
  }
  expect(runbooks).toHaveLength(defaultAlertRules.rules.length);
});

test("links within the page lead to a section, all others to a page of docs", () => {
  const ids = new Set(runbooks.map(({ id }) => `#${id}`));
  const targets = runbooks.flatMap(piecesOf).flatMap((piece) => (piece.is === "link" ? [piece.target] : []));
  expect(targets.length).toBeGreaterThan(30);
  for (const target of targets)
    if (target.startsWith("#")) expect(ids).toContain(target);
    else expect(target).toMatch(/^[a-z-]+\.md(#[a-z-]+)?$/);
});

test("what is marked is read, lines that go on are one, and no mark is left as it was", () => {
  const [one, two] = readRunbooks([
    "# Page",
    "Not of a section.",
    "",
    "## Disk (nearly) full",
    "",
    "`df` tells. **Do:** see",
    "[the other](#two).",
    "",
    "- one",
    "  goes on",
    "- two",
    "## Two",
  ]);
  expect(one).toEqual({
    ...{ id: "disk-nearly-full", title: "Disk (nearly) full" },
    blocks: [
      {
        is: "text",
        pieces: [
          { is: "code", text: "df" },
          { is: "text", text: " tells. " },
          { is: "strong", text: "Do:" },
          { is: "text", text: " see " },
          { is: "link", text: "the other", target: "#two" },
          { is: "text", text: "." },
        ],
      },
      { is: "list", items: [[{ is: "text", text: "one goes on" }], [{ is: "text", text: "two" }]] },
    ],
  });
  expect(two).toEqual({ id: "two", title: "Two", blocks: [] });
  for (const piece of runbooks.flatMap(piecesOf))
    if (piece.is === "text") expect(piece.text).not.toMatch(/[`[\]]|\*\*/);
});
