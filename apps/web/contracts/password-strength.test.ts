import { expect, test } from "vitest";
import { minPasswordLength, weaknessOf } from "./password-strength.ts";

const known = ["ada.lovelace@clinic.example", "Ada Lovelace", "North clinic, reader hall 2"];

test.each([
  "correct horse battery staple",
  "a pass phrase for the test",
  "Vd9#kqL2!mzR7pXw",
  "nine green kettles sing",
  "отец варит зелёный чай",
])("%j is taken", (password) => {
  expect(weaknessOf(password, known)).toBeNull();
});

test.each([
  ["too short", "kettles sing", /at least 15 characters; this one has 12/],
  ["too long", "kettle ".repeat(19), /at most 128/],
  ["a name", "lovelacelovelaceada", /your name/],
  ["an address and a year", "Ada.Lovelace@clinic.example", /your name/],
  ["the site", "northclinicreaderhall2", /your name, your address or this site/],
  ["one letter", "aaaaaaaaaaaaaaaaaaaaaa", /repetitions/],
  ["a repeated word", "kettlekettlekettle", /repetitions/],
  ["a repeated pair", "xyxyxyxyxyxyxyxy", /repetitions/],
  ["rows of keys", "qwertyuiop123456789", /rows of keys/],
  ["rows backwards", "0987654321poiuytrewq", /rows of keys/],
  ["common words", "Passw0rd!Welcome1234", /common words/],
  ["the product", "taplinetapline2026", /common words/],
])("%s is not", (_what, password, why) => {
  expect(weaknessOf(password, known)).toMatch(why);
});

test("characters are counted as people count them", () => {
  expect(weaknessOf("🔑".repeat(minPasswordLength - 1), known)).toMatch(/this one has 14/);
});
