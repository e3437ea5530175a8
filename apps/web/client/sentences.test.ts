import { expect, test } from "vitest";
import { sentencesOf } from "./sentences.ts";

test("an error's parts are told as sentences, without the marks of code", () => {
  expect(sentencesOf("nothing is known of a site nrth", "mend the name, or use `tapline agent token`")).toBe(
    "Nothing is known of a site nrth. Mend the name, or use tapline agent token.",
  );
  expect(sentencesOf("It is over already.", null)).toBe("It is over already.");
});
