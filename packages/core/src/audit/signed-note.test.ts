import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import {
  checkSignatures,
  cosignNote,
  formatNote,
  formatVerifierKey,
  noteKey,
  parseNote,
  parseVerifierKey,
  rawEd25519,
  signNote,
} from "./signed-note.ts";

/** The key of RFC 8032 §7.1, test 1. */
const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
  format: "der",
  type: "pkcs8",
});
const logKey = noteKey("log", "tapline.example/log", rawEd25519(privateKey));
const witnessPrivate = generateKeyPairSync("ed25519").privateKey;
const witnessKey = noteKey("witness", "auditor.example/w1", rawEd25519(witnessPrivate));
const text = "tapline.example/log\n3\nrrb8viRbcKFPsGelpVeCZNsPqbUa9eC6FZFY8ymObnc=\n";

function signed(): string {
  return formatNote({
    text,
    signatures: [
      signNote(text, logKey, privateKey),
      cosignNote(text, witnessKey, witnessPrivate, 1_790_000_000),
    ],
  });
}

/** The one published example of a signed note (pkg.go.dev/golang.org/x/mod/sumdb/note). */
const published = {
  key: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  note: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
};

describe("a signed note", () => {
  test("is read as its authors published one", () => {
    const key = parseVerifierKey(published.key);
    expect(key).toMatchObject({ kind: "log", name: "PeterNeumann", id: "c74f20a3" });
    expect(formatVerifierKey(key)).toBe(published.key);
    const note = parseNote(published.note);
    expect(formatNote(note)).toBe(published.note);
    expect(checkSignatures(note, [key])).toEqual([{ key, atEpochS: null }]);
  });

  test("is signed by a log and by a witness, who says when", () => {
    const note = parseNote(signed());
    expect(note.text).toBe(text);
    expect(checkSignatures(note, [logKey, witnessKey])).toEqual([
      { key: logKey, atEpochS: null },
      { key: witnessKey, atEpochS: 1_790_000_000 },
    ]);
    expect(parseVerifierKey(formatVerifierKey(witnessKey))).toMatchObject({
      kind: "witness",
      id: witnessKey.id,
    });
  });

  test("passes over keys that nobody named, and is not believed where a known one is wrong", () => {
    const stranger = noteKey("log", "tapline.example/log", Buffer.alloc(32, 7));
    expect(checkSignatures(parseNote(signed()), [stranger])).toEqual([]);
    const altered = signed().replace("\n3\n", "\n4\n");
    expect(() => checkSignatures(parseNote(altered), [logKey])).toThrow("does not fit the note");
    // Only its kind differs: a log's signature is none of a witness's.
    const asWitness = { ...logKey, kind: "witness" as const };
    expect(() => checkSignatures(parseNote(signed()), [asWitness])).toThrow(TaplineError);
  });

  test("is refused or read as another with any single bit changed", () => {
    const bytes = Buffer.from(signed());
    const right = JSON.stringify(checkSignatures(parseNote(signed()), [logKey, witnessKey]));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      let verdicts: string;
      try {
        const decoded = new TextDecoder("utf-8", { fatal: true }).decode(changed);
        verdicts = JSON.stringify(checkSignatures(parseNote(decoded), [logKey, witnessKey]));
      } catch {
        continue;
      }
      expect(verdicts, `bit ${bit}`).not.toBe(right);
    }
  });

  test.each([
    ["nothing", ""],
    ["no signature", `${text}\n`],
    ["no empty line", text],
    ["a control character", signed().replace("\n3\n", "\n3\t\n")],
    ["a signature that is not base64", `${text}\n— a !!!!\n`],
    ["a key with a plus", `${text}\n— a+b AAAAAAAA\n`],
    ["no last newline", signed().slice(0, -1)],
  ])("is refused with %s", (_, note) => {
    expect(() => parseNote(note)).toThrow("no signed note");
  });

  test.each([
    "",
    "PeterNeumann",
    "PeterNeumann+c74f20a3+",
    published.key.replace("c74f20a3", "c74f20a4"),
    published.key.replace("Peter", "Petra"),
  ])("has no key %j", (key) => {
    expect(() => parseVerifierKey(key)).toThrow(TaplineError);
  });
});

describe("a checkpoint", () => {
  test("is three lines, and more where others add them", () => {
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint).toMatchObject({ origin: "tapline.example/log", size: 3, extensions: [] });
    expect(formatCheckpoint(checkpoint)).toBe(text);
    expect(parseCheckpoint(`${text}more\n`).extensions).toEqual(["more"]);
  });

  test.each([
    "",
    "a\n",
    "a\n01\n",
    text.replace("\n3\n", "\n03\n"),
    text.replace("\n3\n", "\n-3\n"),
    `${text}\n`,
  ])("is refused as %j", (wrong) => {
    expect(() => parseCheckpoint(wrong)).toThrow("no checkpoint");
  });
});
