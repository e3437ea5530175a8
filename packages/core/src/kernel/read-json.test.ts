import { expect, test } from "vitest";
import { z } from "zod";
import { readJson } from "./index.ts";

test("what is no JSON, or says something else, is not read, and stops nobody", () => {
  const schema = z.array(z.string());
  const read = (text: string) => readJson(schema, text);
  expect(read('["main"]')).toEqual(["main"]);
  for (const text of ['["main"', "", "[1]", "{}", "null"]) expect(read(text)).toBeNull();
});
