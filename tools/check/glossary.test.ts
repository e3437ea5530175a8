import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

test.each(["Words", "Care of the archive"])("the glossary's %s stand in alphabetical order", async (part) => {
  const text = await readFile(join(import.meta.dirname, "../../docs/glossary.md"), "utf8");
  const section = text.split(/^## /m).find((one) => one.startsWith(`${part}\n`)) ?? "";
  const words = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, word = ""]) =>
    word.toLowerCase().replace(/[^a-z ]/g, ""),
  );
  const [heading, ...rest] = words;
  expect(heading).toBe("word");
  expect(rest.length).toBeGreaterThan(5);
  expect(rest).toEqual(rest.toSorted());
});
