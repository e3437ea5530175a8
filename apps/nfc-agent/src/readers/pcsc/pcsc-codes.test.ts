import { expect, it } from "vitest";
import { faultOf, pcscCode } from "./pcsc-codes.ts";

it("finds the result code where the binding puts it", () => {
  expect(pcscCode(new Error("SCardConnect error: Sharing violation.(0x8010000b)"))).toBe(0x8010000b);
  expect(pcscCode(new Error("Card Reader not connected"))).toBeNull();
  expect(pcscCode("0x80100069")).toBe(0x80100069);
});

it.each([
  ["0x8010000b", "busy"],
  ["0x80100068", "busy"],
  ["0x80100069", "removed"],
  ["0x80100016", "removed"],
  ["0x8010000c", "removed"],
  ["0x80100066", "failed"],
  ["0x80100013", "failed"],
])("takes %s for %s", (code, reason) => {
  expect(faultOf(new Error(`SCardTransmit error: some text (${code})`)).reason).toBe(reason);
});
