import { submittedTapSchema } from "@tapline/core/tap";
import { expect, test } from "vitest";
import { readerName } from "./reader-name.ts";

test("a reader may call itself anything: the name that we give it is one that the door takes", () => {
  expect(readerName("ACS ACR122U PICC Interface 00 00")).toBe("ACS ACR122U PICC Interface 00 00");
  expect(readerName("Evil\u001b[2J (1\n2\u0000) 00 00")).toBe("Evil?[2J (1?2?) 00 00");
  const { reader } = submittedTapSchema.shape;
  for (const given of ["", "\u0000", "\ud800", "😀".repeat(200), "\u202egpj.exe"])
    expect(reader.safeParse(readerName(given)).success).toBe(true);
});
