import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ok,
  type2Card,
  type2Memory,
  type4Card,
  type VirtualCard,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import { CardFault } from "./card-steps.ts";
import { readTag, type WholeMessage } from "./read-tag.ts";
import { someTap } from "./taps.fixture.ts";

type Kind = "type-2" | "type-4";

/** Carries the steps out against `card`, at most `maxSteps` of them. */
function read(kind: Kind, card: Pick<VirtualCard, "respond">, rereads = 3, maxSteps = 100_000) {
  const steps = readTag(kind, rereads);
  const sent: string[] = [];
  let response: Buffer = Buffer.alloc(0);
  for (let count = 0; count < maxSteps; count += 1) {
    const step = steps.next(response);
    if (step.done === true) return { ...step.value, sent };
    if ("pauseMs" in step.value) {
      response = Buffer.alloc(0);
      continue;
    }
    sent.push(step.value.apdu.toString("hex"));
    const answer = card.respond(step.value.apdu);
    response = typeof answer === "string" ? Buffer.alloc(0) : answer;
  }
  throw new Error(`no end after ${maxSteps} steps`);
}

function faultOf(act: () => WholeMessage): CardFault {
  try {
    act();
  } catch (error) {
    if (error instanceof CardFault) return error;
    throw error;
  }
  throw new Error("no fault");
}

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
