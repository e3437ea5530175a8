import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { hasCode } from "../../kernel/index.ts";
import { openWithProcessKey, sealWithProcessKey } from "./index.ts";

const key = randomBytes(32);

function refusedAs(code: "corrupt" | "misconfigured", act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return hasCode(error, code);
  }
}

test("what a process sealed it opens again, laid out as nonce, ciphertext, tag", () => {
  const nonce = Buffer.alloc(12, 7);
  const sealed = sealWithProcessKey(Buffer.from("secret"), key, () => nonce);
  expect(sealed.length).toBe(12 + 6 + 16);
  expect(sealed.subarray(0, 12).equals(nonce)).toBe(true);
  expect(openWithProcessKey(sealed, key).toString()).toBe("secret");
});

test("any flipped bit, another key and a short value are refused as corrupt", () => {
  const sealed = sealWithProcessKey(Buffer.from("secret"), key, randomBytes);
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const copy = Buffer.from(sealed);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    expect(
      refusedAs("corrupt", () => openWithProcessKey(copy, key)),
      `bit ${bit}`,
    ).toBe(true);
  }
  expect(refusedAs("corrupt", () => openWithProcessKey(sealed, randomBytes(32)))).toBe(true);
  expect(refusedAs("corrupt", () => openWithProcessKey(sealed.subarray(0, 27), key))).toBe(true);
});

test("a key of another length is refused as misconfigured", () => {
  expect(
    refusedAs("misconfigured", () => sealWithProcessKey(Buffer.from("x"), key.subarray(1), randomBytes)),
  ).toBe(true);
});
