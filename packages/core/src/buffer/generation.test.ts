import { expect, test } from "vitest";
import { flushedLife, flushedName, historyOfLife, isOfThisForm, lifeName } from "./index.ts";

test("a life says which history of Redis's data it is bound to, also where it was flushed", () => {
  const bound = lifeName("019a", "00ff00ff00ff00ff");
  expect(historyOfLife(bound)).toBe("00ff00ff00ff00ff");
  expect(isOfThisForm(bound)).toBe(true);
  expect(flushedLife(flushedName(bound))).toBe(bound);
  expect(historyOfLife(lifeName("019a"))).toBeNull();
});
