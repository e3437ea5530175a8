import fc from "fast-check";
import { expect, it } from "vitest";
import { answersToReset } from "../../../../../tools/test-servers/pcscd/index.ts";
import { kindOfCard } from "./card-kind.ts";

it("tells a storage card, read as Type 2, from a card with commands of its own, asked as Type 4", () => {
  expect(kindOfCard(answersToReset.type2)).toEqual({ ok: true, kind: "type-2" });
  expect(kindOfCard(answersToReset.type4)).toEqual({ ok: true, kind: "type-4" });
});

it("does not take a card's own bytes for the mark of a storage card", () => {
  // Byte 5 is 4F, as nfc-pcsc itself looks for; the rest is another card's history.
  const atr = Buffer.from("3b8f80014f4f0ca0000003070300030000000068", "hex");
  expect(kindOfCard(atr)).toEqual({ ok: true, kind: "type-4" });
});

it.each([
  [answersToReset.mifareClassic, /MIFARE Classic 1K/],
  [Buffer.from("3b8f8001804f0ca00000030611003b0000000042", "hex"), /FeliCa/],
  [Buffer.from("3b8f8001804f0ca0000003060b00140000000077", "hex"), /ISO 15693/],
])("names a storage card that it does not read", (atr, detail) => {
  expect(kindOfCard(atr)).toMatchObject({ ok: false, detail });
});

it("answers to any bytes whatsoever", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (atr) => {
      expect(typeof kindOfCard(atr).ok).toBe("boolean");
    }),
  );
});
