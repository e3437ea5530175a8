import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import {
  EnvelopeWriter,
  issueHierarchy,
  type ObjectSource,
  openEnvelope,
  openStream,
  type RecipientKey,
  readRecipient,
  sealEnvelope,
} from "./index.ts";

let key: RecipientKey;
let stranger: RecipientKey;

beforeAll(async () => {
  const pki = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Example",
    agents: [],
    hosts: [],
  });
  const pair = (name: string) => ({ certPem: pki[`${name}.crt`]!.pem, keyPem: pki[`${name}.key`]!.pem });
  [key, stranger] = [pair("archive"), pair("escrow")];
});

const sealed = (plain: Buffer) => sealEnvelope(plain, [readRecipient(key.certPem)]).object;
const code = (value: string) => expect.objectContaining({ code: value });

/** Hands `object` out in chunks of `chunkBytes`; `change` may make the second reading another one. */
function sourceOf(object: Buffer, chunkBytes: number, change = (bytes: Buffer) => bytes): ObjectSource {
  let readings = 0;
  return {
    bytes: object.length,
    read: async function* () {
      const bytes = readings++ === 0 ? object : change(Buffer.from(object));
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
}

/** All that came out, also where it ended in an error. */
async function taken(source: ObjectSource, pair = key): Promise<{ out: Buffer; error: unknown }> {
  const parts: Buffer[] = [];
  try {
    for await (const part of openStream(source, [pair])) parts.push(part);
    return { out: Buffer.concat(parts), error: null };
  } catch (error) {
    return { out: Buffer.concat(parts), error };
  }
}

test.for([0, 1, 65_535, 65_536, 65_537, 300_000])(
  "an object of %i bytes is read as it is in one go",
  async (length) => {
    const plain = randomBytes(length);
    for (const chunkBytes of [1_000, 65_536, 1_000_000])
      expect((await taken(sourceOf(sealed(plain), chunkBytes))).out.equals(plain)).toBe(true);
  },
);

test("nothing comes out before the tag was verified", async () => {
  const object = sealed(randomBytes(300_000));
  for (const at of [400, 150_000, object.length - 1]) {
    const changed = Buffer.from(object);
    changed[at]! ^= 1;
    expect(await taken(sourceOf(changed, 10_000))).toEqual({ out: Buffer.alloc(0), error: code("corrupt") });
  }
  for (const length of [10, 100, object.length - 1]) {
    const found = await taken(sourceOf(object.subarray(0, length), 10_000));
    expect(found).toEqual({ out: Buffer.alloc(0), error: code("corrupt") });
  }
  expect(await taken(sourceOf(object, 10_000), stranger)).toEqual({
    out: Buffer.alloc(0),
    error: code("forbidden"),
  });
});

test("what changes between the readings never comes out: what came before it is the true start", async () => {
  const plain = randomBytes(300_000);
  const object = sealed(plain);
  const changes = [
    (bytes: Buffer) => bytes.fill(7, 200_000, 200_001),
    (bytes: Buffer) => bytes.subarray(0, 200_000),
    (bytes: Buffer) => Buffer.concat([bytes, bytes]),
  ];
  for (const change of changes) {
    const { out, error } = await taken(sourceOf(object, 10_000, change));
    expect(error).toEqual(code("corrupt"));
    expect(out.equals(plain.subarray(0, out.length))).toBe(true);
    expect(out.length).toBeLessThan(plain.length + 1);
  }
});

test("64 MiB pass through writer and reader in a few MiB of memory", { timeout: 120_000 }, async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heldBytes = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const [pieceBytes, pieces] = [256 * 1024, 256];
  const piece = randomBytes(pieceBytes);
  const seed = randomBytes(44);
  const random = (length: number) => Buffer.from(length === 32 ? seed.subarray(0, 32) : seed.subarray(32));
  // Key and nonce are the same in both readings, so the object need not lie anywhere; only its head is kept.
  const writer = () => new EnvelopeWriter(pieceBytes * pieces, [readRecipient(key.certPem)], random);
  const { head, objectBytes } = writer();
  const before = heldBytes();
  let [bytes, mostBytes] = [0, 0];
  const source: ObjectSource = {
    bytes: objectBytes,
    read: async function* () {
      const again = writer();
      yield head;
      for (let i = 0; i < pieces; i += 1) {
        yield again.update(piece);
        if (i % 16 === 0) mostBytes = Math.max(mostBytes, heldBytes() - before);
      }
      yield again.end();
    },
  };
  for await (const part of openStream(source, [key])) {
    expect(part.length).toBeLessThanOrEqual(64 * 1024);
    bytes += part.length;
  }
  expect(bytes).toBe(pieceBytes * pieces);
  // What is freed is counted until it is swept: the pieces between two measurements, 8 MiB, stay in the figure.
  expect(mostBytes).toBeLessThan(16 * 2 ** 20);
});

test("the writer writes what sealing in one go writes, and holds its caller to the length that was told", () => {
  const plain = randomBytes(10_000);
  const writer = new EnvelopeWriter(plain.length, [readRecipient(key.certPem)]);
  const parts = [writer.head, writer.update(plain.subarray(0, 3_000)), writer.update(plain.subarray(3_000))];
  const object = Buffer.concat([...parts, writer.end()]);
  expect(object.length).toBe(writer.objectBytes);
  expect(openEnvelope(object, key).equals(plain)).toBe(true);
  const short = new EnvelopeWriter(10, [readRecipient(key.certPem)]);
  expect(() => short.end()).toThrow(code("invalid-input"));
  expect(() => short.update(Buffer.alloc(11))).toThrow(code("invalid-input"));
});
