import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { TaplineError } from "../kernel/index.ts";
import {
  openEnvelope,
  openStream,
  type RecipientKey,
  readRecipient,
  rewrapEnvelope,
  sealEnvelope,
} from "./index.ts";
import { openBench } from "./test-openssl.ts";

let ec: RecipientKey;
let rsa: RecipientKey;
let weak: RecipientKey;

beforeAll(async () => {
  ec = await selfSigned(["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "keyAgreement");
  rsa = await selfSigned(["rsa:3072"], "keyEncipherment");
  weak = await selfSigned(["rsa:2048"], "keyEncipherment");
}, 60_000);

async function selfSigned(kind: readonly string[], usage: string): Promise<RecipientKey> {
  await using bench = await openBench();
  const args = ["-x509", "-newkey", ...kind, "-nodes", "-keyout", "key.pem", "-out", "cert.pem"];
  const made = await bench.run(
    "openssl",
    ...["req", ...args, "-subj", `/O=Example/CN=${kind[0]}`, "-days", "30", "-addext", `keyUsage=${usage}`],
  );
  expect(made).toMatchObject({ code: 0 });
  const [certPem = "", keyPem = ""] = await Promise.all(
    ["cert.pem", "key.pem"].map((name) => readFile(join(bench.dir, name), "utf8")),
  );
  return { certPem, keyPem };
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

/** What openssl makes of `plain` for `key`. */
async function encrypted(plain: Buffer, key: RecipientKey, ...options: string[]): Promise<Buffer> {
  await using bench = await openBench();
  await bench.write({ plain, "cert.pem": key.certPem });
  const args = ["cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", "-in", "plain"];
  expect(
    await bench.run("openssl", ...args, "-out", "object", "-recip", "cert.pem", ...options),
  ).toMatchObject({
    code: 0,
  });
  return await readFile(join(bench.dir, "object"));
}

const oaep = ["-keyopt", "rsa_padding_mode:oaep"];

describe("an object to a P-256 and an RSA recipient", () => {
  test.for([0, 1, 100_000])("of %i bytes opens with each key, ours and openssl's way", async (length) => {
    await using bench = await openBench();
    const plain = randomBytes(length);
    const { object } = sealEnvelope(
      plain,
      [ec, rsa].map(({ certPem }) => readRecipient(certPem)),
    );
    for (const key of [ec, rsa]) {
      expect(openEnvelope(object, key).equals(plain)).toBe(true);
      await bench.write({ object, "cert.pem": key.certPem, "key.pem": key.keyPem });
      const args = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "object", "-out", "plain"];
      expect(await bench.run("openssl", ...args, "-recip", "cert.pem", "-inkey", "key.pem")).toMatchObject({
        code: 0,
      });
      expect((await readFile(join(bench.dir, "plain"))).equals(plain)).toBe(true);
    }
  });

  test("gains either kind by a rewrap", () => {
    const plain = randomBytes(500);
    for (const [first, second] of [
      [ec, rsa],
      [rsa, ec],
    ] as const) {
      const { object } = sealEnvelope(plain, [readRecipient(first.certPem)]);
      const { head, replacedBytes } = rewrapEnvelope(object, first, readRecipient(second.certPem));
      const whole = Buffer.concat([head, object.subarray(replacedBytes)]);
      for (const key of [first, second]) expect(openEnvelope(whole, key).equals(plain)).toBe(true);
    }
  });

  test("is refused with one bit flipped, in steps of 7 bits", { timeout: 60_000 }, () => {
    const { object } = sealEnvelope(randomBytes(40), [readRecipient(rsa.certPem)]);
    for (let bit = 0; bit < object.length * 8; bit += 7) {
      const copy = Buffer.from(object);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(["corrupt", "forbidden"], `bit ${bit}`).toContain(refusal(() => openEnvelope(copy, rsa)).code);
    }
  });
});

describe("what openssl encrypts", () => {
  test.for([
    ["P-256 as it does by itself", () => ec, []],
    ["P-256, key identifier", () => ec, ["-keyid"]],
    ["P-256, KDF with SHA-256", () => ec, ["-keyid", "-keyopt", "ecdh_kdf_md:sha256"]],
    ["P-256, KDF with SHA-512", () => ec, ["-keyopt", "ecdh_kdf_md:sha512"]],
    ["RSA-OAEP by itself", () => rsa, oaep],
    ["RSA-OAEP with SHA-256", () => rsa, [...oaep, "-keyopt", "rsa_oaep_md:sha256"]],
    [
      "RSA-OAEP with SHA-384, key identifier",
      () => rsa,
      ["-keyid", ...oaep, "-keyopt", "rsa_oaep_md:sha384"],
    ],
  ] as const)("is read: %s", async ([, key, options]) => {
    for (const length of [1, 70_000]) {
      const plain = randomBytes(length);
      const object = await encrypted(plain, key(), ...options);
      expect(openEnvelope(object, key()).equals(plain)).toBe(true);
      const source = {
        bytes: object.length,
        read: async function* () {
          yield object;
        },
      };
      expect(Buffer.concat(await Array.fromAsync(openStream(source, [key()]))).equals(plain)).toBe(true);
      expect(refusal(() => openEnvelope(object, key() === ec ? rsa : ec)).code).toBe("forbidden");
    }
  });

  test("is refused in the forms that are not read: PKCS#1 1.5, indefinite lengths, CBC", async () => {
    const plain = randomBytes(100);
    for (const [key, options] of [
      [rsa, []],
      [ec, ["-stream"]],
      [ec, ["-aes-256-cbc"]],
    ] as const) {
      const object = await encrypted(plain, key, ...options);
      expect(refusal(() => openEnvelope(object, key)).code).toBe("corrupt");
    }
  });
});

test("an RSA recipient needs 3072 bits, and the usage keyEncipherment", async () => {
  expect(refusal(() => readRecipient(weak.certPem)).message).toContain("2048 bits");
  const signer = await selfSigned(["rsa:3072"], "digitalSignature");
  expect(refusal(() => readRecipient(signer.certPem)).message).toContain("keyEncipherment");
}, 60_000);
