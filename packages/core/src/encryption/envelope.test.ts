import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TaplineError } from "../kernel/index.ts";
import {
  type HierarchyFile,
  issueHierarchy,
  maxRecipients,
  openEnvelope,
  readRecipient,
  sealEnvelope,
} from "./index.ts";
import { openBench } from "./test-openssl.ts";

const nowEpochMs = Date.UTC(2026, 10, 23);
let pki: Record<string, HierarchyFile>;
let other: Record<string, HierarchyFile>;
const pem = (name: string) => pki[name]!.pem;
const keyOf = (name: string) => ({ certPem: pem(`${name}.crt`), keyPem: pem(`${name}.key`) });

beforeAll(async () => {
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: ["local"], hosts: [] });
  other = await issueHierarchy({ nowEpochMs, organisation: "Other", agents: [], hosts: [] });
});

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

function refusal(act: () => unknown): TaplineError {
  try {
    act();
  } catch (error) {
    if (error instanceof TaplineError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("an envelope", () => {
  test.for([0, 1, 127, 128, 65_536, 1_048_576])("of %i bytes opens with each recipient's key", (length) => {
    const plain = randomBytes(length);
    const sealed = sealEnvelope(
      plain,
      ["archive", "escrow"].map((name) => readRecipient(pem(`${name}.crt`))),
    ).object;
    expect(openEnvelope(sealed, keyOf("archive")).equals(plain)).toBe(true);
    expect(openEnvelope(sealed, keyOf("escrow")).equals(plain)).toBe(true);
  });

  test.for([1, 2, 3])("to %i recipients opens with openssl and each key alone", async (count) => {
    await using bench = await openBench();
    const keys = [
      keyOf("archive"),
      keyOf("escrow"),
      { certPem: other["archive.crt"]!.pem, keyPem: other["archive.key"]!.pem },
    ];
    const plain = randomBytes(100_000);
    const used = keys.slice(0, count);
    await bench.write({
      "object.p7m": sealEnvelope(
        plain,
        used.map(({ certPem }) => readRecipient(certPem)),
      ).object,
    });
    for (const { certPem, keyPem } of used) {
      await bench.write({ "cert.pem": certPem, "key.pem": keyPem });
      const args = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "object.p7m", "-out", "plain"];
      const done = await bench.run("openssl", ...args, "-recip", "cert.pem", "-inkey", "key.pem");
      expect(done).toMatchObject({ code: 0 });
      expect((await readFile(join(bench.dir, "plain"))).equals(plain)).toBe(true);
    }
  });

  test("with any one bit flipped is refused", { timeout: 30_000 }, () => {
    const sealed = sealEnvelope(randomBytes(64), [readRecipient(pem("archive.crt"))]).object;
    const key = keyOf("archive");
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const error = refusal(() => openEnvelope(flipped(sealed, bit), key));
      // A flipped bit in the key identifier makes the object one for somebody else.
      expect(["corrupt", "forbidden"], `bit ${bit}`).toContain(error.code);
    }
  });

  test("cut off anywhere, or with a byte more, is refused as corrupt", { timeout: 30_000 }, () => {
    const sealed = sealEnvelope(randomBytes(64), [readRecipient(pem("archive.crt"))]).object;
    for (let length = 0; length < sealed.length; length += 1)
      expect(refusal(() => openEnvelope(sealed.subarray(0, length), keyOf("archive"))).code).toBe("corrupt");
    expect(refusal(() => openEnvelope(Buffer.concat([sealed, Buffer.of(0)]), keyOf("archive"))).code).toBe(
      "corrupt",
    );
  });

  test("refuses a key that is no recipient's, naming whose key is wanted", () => {
    const recipient = readRecipient(pem("escrow.crt"));
    const error = refusal(() =>
      openEnvelope(sealEnvelope(Buffer.from("x"), [recipient]).object, keyOf("archive")),
    );
    expect(error.code).toBe("forbidden");
    expect(error.message).toContain(recipient.ski);
  });

  test("refuses a private key that does not belong to the certificate", () => {
    const sealed = sealEnvelope(Buffer.from("x"), [readRecipient(pem("archive.crt"))]).object;
    const mixed = { certPem: pem("archive.crt"), keyPem: pem("escrow.key") };
    expect(refusal(() => openEnvelope(sealed, mixed)).code).toBe("misconfigured");
    expect(refusal(() => openEnvelope(sealed, { ...mixed, keyPem: "no key" })).code).toBe("misconfigured");
  });

  test("never holds the same bytes twice", () => {
    const recipients = [readRecipient(pem("archive.crt"))];
    const plain = Buffer.from("the same");
    expect(sealEnvelope(plain, recipients).object.equals(sealEnvelope(plain, recipients).object)).toBe(false);
  });

  test("needs a recipient, and takes not too many", () => {
    const recipient = readRecipient(pem("archive.crt"));
    expect(refusal(() => sealEnvelope(Buffer.from("x"), [])).code).toBe("invalid-input");
    const many = Array.from({ length: maxRecipients + 1 }, () => recipient);
    expect(refusal(() => sealEnvelope(Buffer.from("x"), many)).code).toBe("invalid-input");
  });

  test("reader answers any bytes with a named error", () => {
    const sealed = sealEnvelope(randomBytes(40), [readRecipient(pem("archive.crt"))]).object;
    const key = keyOf("archive");
    const mutated = fc
      .array(fc.tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((changes) => {
        const copy = Buffer.from(sealed);
        for (const [at, mask] of changes) copy[at]! ^= mask;
        return copy;
      })
      .filter((copy) => !copy.equals(sealed));
    const bytes = fc.oneof(mutated, fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(bytes, (der) => refusal(() => openEnvelope(der, key)) instanceof TaplineError),
      { numRuns: 300 },
    );
  });
});

describe("a recipient", () => {
  test("is read once with the facts that a manifest names", () => {
    const recipient = readRecipient(pem("archive.crt"), nowEpochMs);
    expect(recipient.subject).toBe("CN=Tapline archive, O=Example");
    expect(recipient.ski).toMatch(/^4[0-9a-f]{15}$/);
    expect(recipient.certSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(recipient.key).toMatchObject({ kind: "p256" });
  });

  test.for([
    ["signer.crt", "keyAgreement"],
    ["root.crt", "P-256"],
    ["archive.key", "no PEM certificate"],
  ] as const)("cannot be %s: its %s is named", ([name, why]) => {
    const error = refusal(() => readRecipient(pem(name)));
    expect(error.code).toBe("misconfigured");
    expect(error.message).toContain(why);
  });

  test("is refused when expired or not yet valid", () => {
    const years = 366 * 24 * 3600 * 1000;
    expect(refusal(() => readRecipient(pem("archive.crt"), nowEpochMs + 3 * years)).message).toContain(
      "expired",
    );
    expect(refusal(() => readRecipient(pem("archive.crt"), nowEpochMs - years)).message).toContain(
      "valid only from",
    );
  });
});
