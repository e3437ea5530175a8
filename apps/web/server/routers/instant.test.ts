import { expect, test } from "vitest";
import { instantSchema } from "./instant.ts";

test("an instant is one that a Date can be", () => {
  const last = 8_640_000_000_000_000;
  expect(new Date(instantSchema.parse(last)).getTime()).toBe(last);
  for (const none of [-1, 0.5, last + 1, "0"]) expect(instantSchema.safeParse(none).success).toBe(false);
});
