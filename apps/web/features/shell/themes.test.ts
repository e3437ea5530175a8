import { expect, test } from "vitest";
import { nextTheme } from "./themes.ts";

test.each([
  ["light", ["dark", "light", "contrast", "system"]],
  ["dark", ["light", "dark", "contrast", "system"]],
])("where the system is %s, the toggle goes round %s and the first press is seen", (system, round) => {
  const went: string[] = ["system"];
  for (const _ of round) went.push(nextTheme(went.at(-1), system));
  expect(went.slice(1)).toEqual(round);
});

test("what was chosen in another version counts as the system's", () => {
  expect(nextTheme("sepia", "light")).toBe("dark");
});
