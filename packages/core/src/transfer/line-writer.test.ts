import fc from "fast-check";
import { expect, test } from "vitest";
import { LineWriter } from "./line-writer.ts";

const number = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.nat(1_000),
  fc.constantFrom(9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31),
);

test("numbers and text stand one behind the other, however much there is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: "grapheme" }), number)),
      fc.nat(200),
      (pieces, expected) => {
        const writer = new LineWriter(expected);
        for (const [text, value] of pieces) writer.utf8(text).ascii("|").uint(value).ascii("|");
        const wanted = pieces.map(([text, value]) => `${text}|${value}|`).join("");
        expect(writer.take().equals(Buffer.from(wanted))).toBe(true);
      },
    ),
  );
});

test("triples are what JSON.stringify makes of them", () => {
  const triple = fc.tuple(fc.nat(), fc.nat(70_000), fc.nat(9));
  fc.assert(
    fc.property(fc.array(triple), (triples) => {
      const text = new LineWriter(0).triples(Uint32Array.from(triples.flat())).take().toString();
      expect(text).toBe(JSON.stringify(triples));
    }),
  );
});
