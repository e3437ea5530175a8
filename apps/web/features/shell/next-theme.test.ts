import { expect, test } from "vitest";
import { nextTheme } from "./next-theme.ts";

test.each([
  ["light", ["dark", "light", "system"]],
  ["dark", ["light", "dark", "system"]],
])("where the system is %s, the toggle goes round %s and the first press is seen", (system, round) => {
  const first = nextTheme("system", system);
  const second = nextTheme(first, system);
  expect([first, second, nextTheme(second, system)]).toEqual(round);
});
