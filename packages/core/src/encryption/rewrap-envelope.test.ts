import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type HierarchyFile,
  issueHierarchy,
  maxRecipients,
  openEnvelope,
  readRecipient,
  rewrapEnvelope,
  sealEnvelope,
} from "./index.ts";
import { openBench } from "./test-openssl.ts";

const nowEpochMs = Date.UTC(2026, 10, 23);
let old: Record<string, HierarchyFile>;
let next: Record<string, HierarchyFile>;

const keyOf = (pki: Record<string, HierarchyFile>, name: string) => ({
  certPem: pki[`${name}.crt`]!.pem,
  keyPem: pki[`${name}.key`]!.pem,
});
const recipientOf = (pki: Record<string, HierarchyFile>, name: string) =>
  readRecipient(pki[`${name}.crt`]!.pem);

beforeAll(async () => {
  old = await issueHierarchy({ nowEpochMs, organisation: "Old", agents: [], hosts: [] });
  next = await issueHierarchy({ nowEpochMs, organisation: "Next", agents: [], hosts: [] });
});

describe("a rewrapped object", () => {
  test.for([0, 100, 70_000, 1_048_576])("of %i bytes opens with old and new keys", (length) => {
    const plain = randomBytes(length);
    const object = sealEnvelope(plain, [recipientOf(old, "archive"), recipientOf(old, "escrow")]).object;
    const before = Buffer.from(object);
    const { head, replacedBytes } = rewrapEnvelope(
      object,
      keyOf(old, "archive"),
      recipientOf(next, "archive"),
    );
    expect(object.equals(before)).toBe(true);
    const whole = Buffer.concat([head, object.subarray(replacedBytes)]);
    for (const key of [keyOf(old, "archive"), keyOf(old, "escrow"), keyOf(next, "archive")])
      expect(openEnvelope(whole, key).equals(plain)).toBe(true);
  });

  test("opens with cat, tail and openssl alone", async () => {
    await using bench = await openBench();
    const plain = randomBytes(100_000);
    const object = sealEnvelope(plain, [recipientOf(old, "archive")]).object;
    const { head, replacedBytes } = rewrapEnvelope(
      object,
      keyOf(old, "archive"),
      recipientOf(next, "archive"),
    );
    const { certPem, keyPem } = keyOf(next, "archive");
    await bench.write({ "x.p7h": head, "x.p7m": object, "cert.pem": certPem, "key.pem": keyPem });
    const done = await bench.run(
      "sh",
      "-c",
      `(cat x.p7h; tail -c +${replacedBytes + 1} x.p7m) > whole.p7m && ` +
        "openssl cms -decrypt -binary -inform DER -in whole.p7m -recip cert.pem -inkey key.pem -out plain",
    );
    expect(done).toMatchObject({ code: 0 });
    expect((await readFile(join(bench.dir, "plain"))).equals(plain)).toBe(true);
  });

  test("is the source of a further one", () => {
    const plain = randomBytes(500);
    const object = sealEnvelope(plain, [recipientOf(old, "archive")]).object;
    const first = rewrapEnvelope(object, keyOf(old, "archive"), recipientOf(next, "archive"));
    const whole = Buffer.concat([first.head, object.subarray(first.replacedBytes)]);
    const second = rewrapEnvelope(whole, keyOf(next, "archive"), recipientOf(next, "escrow"));
    const again = Buffer.concat([second.head, whole.subarray(second.replacedBytes)]);
    expect(openEnvelope(again, keyOf(next, "escrow")).equals(plain)).toBe(true);
  });

  test("is refused for a changed object, a strange key, a recipient that is one, and one too many", () => {
    const archive = recipientOf(old, "archive");
    const object = sealEnvelope(randomBytes(64), [archive]).object;
    const changed = Buffer.from(object);
    changed[changed.length - 1]! ^= 1;
    const to = recipientOf(next, "archive");
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => rewrapEnvelope(changed, keyOf(old, "archive"), to)).toThrow(code("corrupt"));
    expect(() => rewrapEnvelope(object, keyOf(old, "escrow"), to)).toThrow(code("forbidden"));
    expect(() => rewrapEnvelope(object, keyOf(old, "archive"), archive)).toThrow(code("conflict"));
    const full = sealEnvelope(
      Buffer.from("x"),
      Array.from({ length: maxRecipients }, () => archive),
    ).object;
    expect(() => rewrapEnvelope(full, keyOf(old, "archive"), to)).toThrow(code("invalid-input"));
  });
});
