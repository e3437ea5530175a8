import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ok, someTap, type2Card, type2Memory } from "../../../../../tools/test-servers/pcscd/index.ts";
import { CardFault } from "./card-steps.ts";
import { faultOf, read } from "./carry-out.fixture.ts";

describe("a Type 2 tag", () => {
  const blocks = (sent: string[]) => sent.filter((apdu) => apdu.startsWith("ffb0"));

  it("is read in blocks of 16 bytes from page 3 on, and no further than its message", () => {
    const tap = someTap(10);
    const { sent } = read("type-2", type2Card({ message: () => tap }));
    const pages = blocks(sent).map((apdu) => Number.parseInt(apdu.slice(6, 8), 16));
    expect(pages.slice(0, 3)).toEqual([3, 7, 11]);
    expect(Math.max(...pages) * 4).toBeLessThan(16 + 2 + tap.length + 4);
  });

  it.each([48, 144, 496, 872])(
    "of %i bytes is never read past its end, even where its message fills it",
    (dataBytes) => {
      const message = Buffer.concat([someTap(1), Buffer.alloc(900)]).subarray(
        0,
        dataBytes - (dataBytes < 256 ? 2 : 4),
      );
      const card = type2Card({ message: () => message, dataBytes });
      expect(faultOf(() => read("type-2", card)).reason).toBe("not-a-tap");
      expect(card.seen.readsPastEnd).toBe(0);
    },
  );

  it("that claims a message longer than itself is torn, and not read past its end", () => {
    const card = type2Card({ message: () => Buffer.alloc(0) });
    const memory = type2Memory(someTap(), 144);
    memory.set([0x03, 0xff, 0x02, 0x00], 16);
    const starts: number[] = [];
    const respond = (apdu: Buffer) => {
      if (apdu[1] !== 0xb0) return card.respond(apdu);
      const from = (apdu[3] ?? 0) * 4;
      starts.push(from);
      return Buffer.concat([memory.subarray(from, from + 16), ok]);
    };
    expect(faultOf(() => read("type-2", { respond })).reason).toBe("torn");
    expect(Math.max(...starts) + 16).toBeLessThanOrEqual(memory.length);
  });

  it("has its control TLVs heeded: bytes that they reserve hold no data", () => {
    const tap = someTap(20);
    const plain = type2Memory(tap, 872);
    // Page 8 of 4 bytes is reserved by a lock control TLV, 8 bytes from byte 48 by a memory control TLV.
    const head = Buffer.from([0x01, 3, 0x80, 32, 0x02, 0x02, 3, 0xc0, 8, 0x02, 0x00, 0xfd, 1, 0xaa]);
    const data = Buffer.concat([head, plain.subarray(16)]);
    const memory = Buffer.alloc(plain.length);
    plain.copy(memory, 0, 0, 16);
    let from = 0;
    for (let at = 16; at < memory.length && from < data.length; at += 1) {
      if ((at >= 32 && at < 36) || (at >= 48 && at < 56)) memory[at] = 0xee;
      else memory[at] = data[from++]!;
    }
    const respond = (apdu: Buffer) => {
      if (apdu[1] === 0xca) return Buffer.concat([Buffer.from([1, 2, 3, 4]), ok]);
      const start = (apdu[3] ?? 0) * 4;
      return Buffer.concat([memory.subarray(start, start + 16), ok]);
    };
    expect(read("type-2", { respond }).message).toEqual(tap);
  });

  it("with any memory whatsoever is read within its data area, in few steps", () => {
    const anyMemory = fc.record({
      blocks: fc.integer({ min: 6, max: 255 }),
      bytes: fc.infiniteStream(fc.nat(255)),
    });
    fc.assert(
      fc.property(anyMemory, fc.uint8Array({ maxLength: 60 }), ({ blocks: size, bytes }, head) => {
        const memory = Buffer.from(Array.from({ length: 16 + size * 8 }, () => bytes.next().value ?? 0));
        memory.set([0xe1, 0x10, size, 0x00], 12);
        memory.set(head, 16);
        const respond = (apdu: Buffer) => {
          if (apdu[1] === 0xca) return Buffer.concat([Buffer.from([1, 2, 3, 4]), ok]);
          const from = (apdu[3] ?? 0) * 4;
          expect(from + 16).toBeLessThanOrEqual(memory.length);
          return Buffer.concat([memory.subarray(from, from + 16), ok]);
        };
        expect(() => read("type-2", { respond }, 3, 5000)).toThrow(CardFault);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["that is not formatted", 12, 0x00, "not-a-tap"],
    ["of another mapping version", 13, 0x40, "unsupported"],
    ["that may not be read", 15, 0xf0, "unsupported"],
  ])("%s is refused by name", (_, at, value, reason) => {
    const memory = type2Memory(someTap(), 872);
    memory[at] = value;
    const respond = (apdu: Buffer) => {
      if (apdu[1] === 0xca) return ok;
      const from = (apdu[3] ?? 0) * 4;
      return Buffer.concat([memory.subarray(from, from + 16), ok]);
    };
    expect(faultOf(() => read("type-2", { respond })).reason).toBe(reason);
  });

  it("whose pages cannot be read has failed", () => {
    const respond = (apdu: Buffer) => (apdu[1] === 0xca ? ok : Buffer.from("6300", "hex"));
    expect(faultOf(() => read("type-2", { respond }))).toMatchObject({ reason: "failed", message: /6300/ });
  });
});
