import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CborReader, CborWriter } from "./cbor.ts";
import { decodeSign1, encodeSign1 } from "./cose.ts";
import { anyEdit, anyTap, counter, decodeTap1, encodeTap1, maxBytes, mutate, runs } from "./fuzz.fixture.ts";
import { decodeNdef, encodeNdef } from "./ndef.ts";

describe("layers under fuzz", { timeout: 60_000 }, () => {
  it("NDEF: what is taken is what would be written; its payload is a view", () => {
    const anyRecord = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((payload) => encodeNdef(payload)),
      fc
        .tuple(fc.uint8Array({ maxLength: 600 }), anyEdit)
        .map(([payload, edit]) => mutate(encodeNdef(payload), edit)),
      fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
    );
    fc.assert(
      fc.property(anyRecord, (message) => {
        const result = decodeNdef(message, maxBytes);
        if (!result.ok) {
          expect(result.detail.startsWith(`${result.fault}: `)).toBe(true);
          return;
        }
        expect(encodeNdef(result.payload).equals(message)).toBe(true);
        expect(result.payload.buffer).toBe(message.buffer);
      }),
      runs,
    );
  });

  it("COSE: any payload round-trips; what is taken is what would be written", () => {
    const eight = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(Buffer.from);
    const signature = fc.uint8Array({ minLength: 64, maxLength: 64 }).map(Buffer.from);
    const message = fc.record({
      kid: eight,
      payload: fc.uint8Array({ maxLength: 700 }).map(Buffer.from),
      signature,
    });
    fc.assert(
      fc.property(message, fc.array(anyEdit, { maxLength: 2 }), (given, edits) => {
        const bytes = encodeSign1(given);
        expect(decodeSign1(bytes)).toEqual({ ok: true, message: given });
        const changed = edits.reduce(mutate, bytes);
        const result = decodeSign1(changed);
        if (result.ok) expect(encodeSign1(result.message).equals(changed)).toBe(true);
        else expect(result.detail).not.toBe("");
      }),
      runs,
    );
  });

  it("CBOR: numbers and byte strings are as another encoder writes them, and read back", () => {
    fc.assert(
      fc.property(counter(Number.MAX_SAFE_INTEGER - 1), fc.uint8Array({ maxLength: 300 }), (n, content) => {
        const bytes = new CborWriter(400).array(2).uint(n).bytes(content).take();
        expect(bytes.equals(encode([n, content]))).toBe(true);
        const reader = new CborReader(bytes);
        expect(reader.array("pair")).toBe(2);
        expect(reader.uint("n", 0, Number.MAX_SAFE_INTEGER)).toBe(n);
        expect(reader.bytes("content").equals(content)).toBe(true);
        reader.end("the pair");
        expect(reader.fault).toBeNull();
      }),
      runs,
    );
  });

  it("CBOR: a reader stays at its first fault, whatever is asked of it, within its bytes", () => {
    const question = fc.constantFrom("uint", "array", "map", "tag", "bytes", "end");
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
        fc.array(question),
        (bytes, questions) => {
          const reader = new CborReader(bytes);
          let first: unknown = null;
          for (const asked of questions) {
            const answer = asked === "uint" ? reader.uint("n", 0, 1000) : reader[asked]("it");
            if (Buffer.isBuffer(answer)) expect(answer.length).toBeLessThanOrEqual(bytes.length);
            if (first !== null) expect(reader.fault).toEqual(first);
            first = reader.fault;
          }
        },
      ),
      runs,
    );
  });

  it("tap/1: any map that is taken is written the same", () => {
    fc.assert(
      fc.property(anyTap, fc.array(anyEdit, { maxLength: 3 }), (tap, edits) => {
        const bytes = edits.reduce(mutate, encodeTap1(tap));
        const result = decodeTap1(bytes);
        if (result.ok) expect(encodeTap1(result.tap).equals(bytes)).toBe(true);
        else expect(["malformed-cbor", "schema"]).toContain(result.reason);
      }),
      runs,
    );
  });
});
