import { describe, expect, it } from "vitest";
import { ok, someTap, type4Card } from "../../../../../tools/test-servers/pcscd/index.ts";
import { faultOf, read } from "./carry-out.fixture.ts";

describe("a Type 4 tag", () => {
  it.each([15, 59, 246, 255, 4096])("that answers %i bytes at most is read in such pieces", (maxLe) => {
    const tap = someTap(400);
    const { message, sent } = read("type-4", type4Card({ message: () => tap, maxLe }));
    expect(message).toEqual(tap);
    const asked = sent
      .filter((apdu) => apdu.startsWith("00b0"))
      .map((apdu) => Number.parseInt(apdu.slice(8), 16));
    expect(Math.max(...asked)).toBeLessThanOrEqual(Math.min(maxLe, 255));
  });

  it("is asked as the standard has it", () => {
    const tap = someTap();
    const { sent } = read("type-4", type4Card({ message: () => tap }));
    expect(sent.slice(0, 6)).toEqual([
      "ffca000000",
      "00a4040007d276000085010100",
      "00a4000c02e103",
      "00b000000f",
      "00a4000c02e104",
      "00b0000002",
    ]);
  });

  it("that gives less than it was asked for is asked for the rest", () => {
    const tap = someTap();
    const card = type4Card({ message: () => tap });
    const respond = (apdu: Buffer) => {
      const answer = card.respond(apdu);
      if (apdu[1] !== 0xb0 || typeof answer === "string" || answer.length < 22) return answer;
      return Buffer.concat([answer.subarray(0, 20), ok]);
    };
    expect(read("type-4", { respond }).message).toEqual(tap);
  });

  it("without an NDEF application is no tag of ours", () => {
    const respond = (apdu: Buffer) => (apdu[1] === 0xca ? ok : Buffer.from("6a82", "hex"));
    expect(faultOf(() => read("type-4", { respond })).reason).toBe("unsupported");
  });

  it("that claims a message longer than is ever taken is not read", () => {
    const card = type4Card({ message: () => Buffer.alloc(40_000) });
    const fault = faultOf(() => read("type-4", card));
    expect(fault).toMatchObject({ reason: "not-a-tap", message: /40000 bytes/ });
  });
});
