import { expect, test } from "vitest";
import { runbookSection } from "../index.ts";

test("a runbook is a section of ours where it names one, and else another page", () => {
  expect(runbookSection("docs/runbooks.md#agent-offline")).toBe("agent-offline");
  const others = [
    "docs/runbooks.md",
    "docs/alerts.md#agent-offline",
    "https://wiki.example/docs/runbooks.md#a",
  ];
  expect(others.map(runbookSection)).toEqual([null, null, null]);
});
