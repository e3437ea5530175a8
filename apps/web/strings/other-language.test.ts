import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { printAST } from "@formatjs/icu-messageformat-parser/printer.js";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compileGroup } from "./compile.ts";
import english from "./en.json" with { type: "json" };

/** A language of no country: English with signs on its letters, so that whatever is left of English is seen. */
function abroad(elements: MessageFormatElement[]): MessageFormatElement[] {
  return elements.map((element) => {
    if (element.type === TYPE.literal)
      return { ...element, value: element.value.replace(/\p{L}/gu, "$&\u0301") };
    if (element.type === TYPE.tag && element.value === "code") return element;
    if (element.type === TYPE.tag) return { ...element, children: abroad(element.children) };
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return element;
    const options = Object.entries(element.options).map(([name, { value }]) => [
      name,
      { value: abroad(value) },
    ]);
    return { ...element, options: Object.fromEntries(options) };
  });
}

const folder = mkdtempSync(join(tmpdir(), "tapline-strings-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  for (const [at, [group, messages]] of Object.entries(english).entries()) {
    const foreign = Object.entries(messages).map(([name, message]) => [
      name,
      printAST(abroad(parse(message))),
    ]);
    const path = join(folder, `${at}.ts`);
    writeFileSync(path, compileGroup(Object.fromEntries(foreign), join(import.meta.dirname, "runtime.ts")));
    vi.doMock(join(import.meta.dirname, "generated", `${group}.ts`), () => import(path));
  }
});

/** The words that are read of a page: neither what is code, nor letters that carry a sign. */
function englishLeft(html: string): string[] {
  const read = html
    .replace(/<code[^>]*>.*?<\/code>/g, " ")
    .replace(
      / (?:class|role|type|id|for|name|d|viewBox|fill|stroke[a-z-]*|xmlns|aria-hidden|scope)="[^"]*"/g,
      "",
    )
    .replace(/<\/?[a-z0-9]+/g, " ")
    .replaceAll(/aria-label=|title=|value=|&#x27;|&quot;/g, " ");
  return read.match(/[A-Za-z]{2,}/g) ?? [];
}

test("a page without agents is read in the other language, through and through", async () => {
  const { EmptyList, UnreadList } = await import("../features/agents/list-states.tsx");
  const empty = renderToStaticMarkup(createElement(EmptyList, { isFleetEmpty: true, onEnrol: () => {} }));
  expect(empty).toContain("A\u0301n\u0301 a\u0301g\u0301e\u0301n\u0301t\u0301");
  expect(empty).toContain("docs/agent.md");
  expect(englishLeft(empty)).toEqual([]);
  expect(englishLeft(renderToStaticMarkup(createElement(UnreadList)))).toEqual([]);
});

test("words with elements and figures among them are, too", async () => {
  const { BackupCodes } = await import("../ui/backup-codes.tsx");
  expect(englishLeft(renderToStaticMarkup(createElement(BackupCodes, { codes: ["1234"] })))).toEqual([]);
  const { objects } = await import("../features/keys/key-words.ts");
  expect(objects(1)).toBe("1 o\u0301b\u0301j\u0301e\u0301c\u0301t\u0301");
  expect(objects(1200)).toBe("1,200 o\u0301b\u0301j\u0301e\u0301c\u0301t\u0301s\u0301");
});

test("so are pages that the server writes, and what is said of a password", async () => {
  const { unavailablePage } = await import("../server/unavailable-page.ts");
  const [, page = ""] = /<main>(.*)<\/main>/s.exec(unavailablePage("nonce", "\u2014", "\u2014")) ?? [];
  expect(page).toContain("a\u0301g\u0301e\u0301n\u0301t\u0301s\u0301");
  expect(englishLeft(page)).toEqual([]);
  const { weaknessOf } = await import("../contracts/password-strength.ts");
  expect(englishLeft(weaknessOf("short", []) ?? "none")).toEqual([]);
});
