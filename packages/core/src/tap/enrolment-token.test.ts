import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readToken, writeToken } from "./index.ts";

describe("a token", () => {
  const parts = { secret: randomBytes(32), pin: randomBytes(32) };

  test("is read as it was written, with blanks around it", () => {
    expect(readToken(` ${writeToken(parts)}\n`)).toEqual(parts);
  });

  test("is refused where a character is missing, changed, or too many", () => {
    const text = writeToken(parts);
    const changed = text.slice(0, 20) + (text[20] === "A" ? "B" : "A") + text.slice(21);
    for (const wrong of [text.slice(0, -1), text.slice(1), changed, `${text}AAAA`, "", "tle1-"])
      expect(() => readToken(wrong), wrong).toThrow("the token is not whole");
  });
});
