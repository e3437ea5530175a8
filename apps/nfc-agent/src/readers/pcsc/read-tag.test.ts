import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ok,
  someTap,
  type2Card,
  type4Card,
  type VirtualCard,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import { CardFault } from "./card-steps.ts";
import { faultOf, type Kind, read } from "./carry-out.fixture.ts";

const url = Buffer.from("d1010c5501746170" + "6c696e652e646576", "hex");
const cards: [Kind, (message: () => Buffer, uid?: () => Buffer) => VirtualCard][] = [
  ["type-2", (message, uid) => type2Card(uid === undefined ? { message } : { message, uid })],
  ["type-4", (message, uid) => type4Card(uid === undefined ? { message } : { message, uid })],
];

describe.each(cards)("a %s tag", (kind, cardOf) => {
  it("is read to the last byte", () => {
    const tap = someTap(100);
    expect(
      read(
        kind,
        cardOf(() => tap),
      ),
    ).toMatchObject({ message: tap, rereads: 0 });
  });

  it("that is being written is read anew, and what is taken is one packet and no mixture", () => {
    const [old, fresh] = [someTap(), someTap()];
    let reads = 0;
    const card = cardOf(() => (reads < 8 ? old : fresh));
    const respond = (apdu: Buffer) => {
      reads += 1;
      return card.respond(apdu);
    };
    expect(read(kind, { respond })).toMatchObject({ message: fresh, rereads: 1 });
  });

  it("whose tracker holds the length at zero while it writes gets all its looks", () => {
    const tap = someTap();
    let looks = 0;
    const card = cardOf(() => (looks < 3 ? Buffer.alloc(0) : tap));
    const respond = (apdu: Buffer) => {
      if (apdu.toString("hex") === "ffca000000") looks += 1;
      return card.respond(apdu);
    };
    expect(read(kind, { respond })).toMatchObject({ message: tap, rereads: 1 });
  });

  it("that never holds still is torn, after as many looks as were allowed", () => {
    const card = cardOf(() => someTap());
    const fault = faultOf(() => read(kind, card, 2));
    expect(fault.reason).toBe("torn");
  });

  it("is a collision where another tag answers at the end", () => {
    const tap = someTap();
    let asked = 0;
    const card = cardOf(
      () => tap,
      () => {
        asked += 1;
        return Buffer.from([asked, 2, 3, 4]);
      },
    );
    expect(faultOf(() => read(kind, card)).reason).toBe("collision");
  });

  it("is read where the reader tells no UID", () => {
    const tap = someTap();
    const card = cardOf(() => tap);
    const respond = (apdu: Buffer) => (apdu[1] === 0xca ? Buffer.from("6a81", "hex") : card.respond(apdu));
    expect(read(kind, { respond }).message).toEqual(tap);
  });

  it("that holds somebody else's record is no tap, and nothing of it is kept", () => {
    const fault = faultOf(() =>
      read(
        kind,
        cardOf(() => url),
      ),
    );
    expect(fault.reason).toBe("not-a-tap");
    expect(fault.message).toMatch(/^wrong-type: /);
  });

  it("that is empty is no tap", () => {
    const fault = faultOf(() =>
      read(
        kind,
        cardOf(() => Buffer.alloc(0)),
      ),
    );
    expect(fault).toMatchObject({ reason: "not-a-tap", message: "the tag is empty" });
  });

  it("that holds a record of ours with a broken inside is handed over once two looks agree", () => {
    const broken = someTap();
    broken.fill(0xff, 30, 60);
    expect(
      read(
        kind,
        cardOf(() => broken),
      ),
    ).toMatchObject({ message: broken, rereads: 1 });
    expect(
      faultOf(() =>
        read(
          kind,
          cardOf(() => broken),
          0,
        ),
      ).reason,
    ).toBe("torn");
  });

  it("that answers with nothing, or with less than a status word, was pulled away", () => {
    for (const bytes of [0, 1])
      expect(faultOf(() => read(kind, { respond: () => Buffer.alloc(bytes) })).reason).toBe("removed");
  });

  it("that answers at random never crashes the reading, nor keeps it for ever", () => {
    const answer = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ minLength: 0, maxLength: 255 }).map((bytes) => Buffer.concat([bytes, ok])),
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.concat([bytes, ok])),
    );
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 60 }), (answers) => {
        let at = 0;
        const respond = () => answers[at++] ?? Buffer.alloc(0);
        expect(() => read(kind, { respond })).toThrow(CardFault);
      }),
      { numRuns: 300 },
    );
  });
});
