import { expect, test } from "vitest";
import { findLiteralTexts } from "./find-literal-texts.ts";

const page = (jsx: string) => `export const Page = ({ name }: { name: string }) => ${jsx};`;

test("words between tags, in braces and in attributes that a person reads are told", async () => {
  const found = await findLiteralTexts(
    page(
      `<p aria-label="Its name" className="text-sm">Hello, {name} {"and welcome"} <b title={"At home"}>ok</b></p>`,
    ),
  );
  expect(found).toEqual(["Its name", "Hello,", "and welcome", "At home", "ok"]);
});

test("both branches of a condition are told, and the words of a template", async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
  const jsx = '<p title={name === "none" ? `Of ${name}` : (name)}>{name === "" ? "Nobody" : name}</p>';
  expect(await findLiteralTexts(page(jsx))).toEqual(["Of", "Nobody"]);
});

test("elements in attributes and in expressions are looked into", async () => {
  const found = await findLiteralTexts(page(`<Panel acts={name === "" ? null : <button>Press</button>} />`));
  expect(found).toEqual(["Press"]);
});

test("signs, single letters, code and what is for the browser are no texts", async () => {
  const found = await findLiteralTexts(
    page(
      `<p className="flex gap-2" title={name}>▲ · {name} <code>tapline audit key</code> <Kbd>Esc</Kbd> {"  "}</p>`,
    ),
  );
  expect(found).toEqual([]);
});
