import { expect, test } from "vitest";
import { printable, printableLine } from "./printable.ts";

const spoken = "gone\u001b[1A\u001b[2K \u009b2J \u202eyas\nnext";

test("what moves a cursor, hides words or turns their direction is shown as a question mark", () => {
  expect(printable(spoken)).toBe("gone?[1A?[2K ?2J ?yas\nnext");
});

test("on one line a new line is shown as one, too", () => {
  expect(printableLine(spoken)).toBe("gone?[1A?[2K ?2J ?yas?next");
});
