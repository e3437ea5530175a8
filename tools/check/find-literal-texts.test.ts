import { expect, test } from "vitest";
import { findLiteralTexts } from "./find-literal-texts.ts";

const page = (jsx: string) => `export const Page = ({ name }: { name: string }) => ${jsx};`;
const inPage = (jsx: string) => findLiteralTexts(page(jsx), "phrases");

test("words between tags, in braces and in attributes that a person reads are told", async () => {
  const found = await inPage(
    `<p aria-label="Its name" className="text-sm">Hello, {name} {"and welcome"} <b title={"At home"}>ok</b></p>`,
  );
  expect(found).toEqual(["Its name", "Hello,", "and welcome", "At home", "ok"]);
});

test("both branches of a condition are told, and the words of a template", async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
  const jsx = '<p title={name === "none" ? `Of ${name}` : (name)}>{name === "" ? "Nobody" : name}</p>';
  expect(await inPage(jsx)).toEqual(["Of", "Nobody"]);
});

test("elements in attributes and in expressions are looked into", async () => {
  const found = await inPage(`<Panel acts={name === "" ? null : <button>Press</button>} />`);
  expect(found).toEqual(["Press"]);
});

test("signs, single letters, code and what is for the browser are no texts", async () => {
  const found = await inPage(
    `<p className="flex gap-2" title={name}>▲ · {name} <code>tapline audit key</code> <Kbd>Esc</Kbd> {"  "}<Field autoComplete="username webauthn" /></p>`,
  );
  expect(found).toEqual([]);
});

test("what a component is called is read, what an element is called is not; kinds of buttons are for code", async () => {
  const found = await inPage(
    `<form name="Search"><WithPane name="Of it" kind={name ?? "Known"}><Button kind="outline" /></WithPane></form>`,
  );
  expect(found).toEqual(["Of it", "Known"]);
});

test("phrases of code are told wherever they stand; classes, errors, comparisons, directives and commands are none", async () => {
  const source = `"use client";
import { one } from "two three";
const cell = "border-b border-line px-3 truncate";
export const words = (is: string) => (is === "io server disconnect" ? \`\${is} were lost\` : { none: "Nobody knows it" });
export const run = (query: typeof sql) => query\`SELECT one FROM two\`;
export const fail = (): never => { throw new Error("it has failed"); };
export const command = "curl -H a b c";`;
  expect(await findLiteralTexts(source, "phrases")).toEqual(["were lost", "Nobody knows it"]);
});

test("of a server what stands between tags is told, and nothing that it says to programs", async () => {
  const source = `const told = "not from this origin";
export const page = <T>(given: T) => \`<!doctype html><style>p { margin: 0 auto }</style><title>\${given} · Tapline</title>
<p class="soft of it">It is \${given}</p><time datetime="\${given}">\${told}</time>\`;`;
  expect(await findLiteralTexts(source, "html")).toEqual(["It is 0"]);
});
