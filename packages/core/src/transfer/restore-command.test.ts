import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { issueHierarchy, readRecipient, sealEnvelope, signDetached } from "../encryption/index.ts";
import { openBench } from "../encryption/test-openssl.ts";
import { sha256Hex } from "../kernel/index.ts";
import { buildManifest, restoreCommand } from "./index.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const segment = "019a5e2b-7c00-7abc-8def-0123456789ab";
const objectName = `segment-${segment}.ndjson.gz.p7m`;
const ndjson = `${Array.from({ length: 3000 }, () => JSON.stringify({ tap: randomBytes(20).toString("hex") })).join("\n")}\n`;
let files: Record<string, Buffer | string>;

function archived(
  text: string,
  pki: Awaited<ReturnType<typeof issueHierarchy>>,
): Record<string, Buffer | string> {
  const pem = (name: string) => pki[name]!.pem;
  const gzip = gzipSync(text);
  const recipients = [readRecipient(pem("archive.crt"))];
  const { object, objectSha256 } = sealEnvelope(gzip, recipients);
  const facts = {
    segment,
    createdAtEpochMs: nowEpochMs,
    taps: 3000,
    firstReadAtEpochMs: nowEpochMs,
    lastReadAtEpochMs: nowEpochMs,
    plainBytes: text.length,
    plainSha256: sha256Hex(Buffer.from(text)),
    objectBytes: object.length,
    objectSha256,
    recipients,
    members: [],
  };
  const signer = {
    certPem: pem("signer.crt"),
    keyPem: pem("signer.key"),
    chainPem: [pem("intermediate.crt")],
  };
  const { manifest, treeHead } = buildManifest(facts);
  const signature = signDetached(manifest, signer, nowEpochMs, treeHead);
  return {
    [objectName]: object,
    "it's manifest.json": manifest,
    "m.p7s": signature,
    "trust.pem": pem("trust.pem"),
    "archive.crt": pem("archive.crt"),
    "archive.key": pem("archive.key"),
  };
}

beforeAll(async () => {
  files = archived(
    ndjson,
    await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] }),
  );
});

const command = restoreCommand({
  object: objectName,
  manifest: "it's manifest.json",
  signature: "m.p7s",
  trust: "trust.pem",
  cert: "archive.crt",
  key: "archive.key",
  out: "taps.gz",
  atEpochMs: nowEpochMs,
});

function flipped(name: string, at: number): Buffer {
  const copy = Buffer.from(files[name] as Buffer);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}

describe("the printed restore command", () => {
  test("is one line that shows the taps with openssl and coreutils alone", async () => {
    await using bench = await openBench();
    await bench.write(files);
    expect(command).not.toContain("\n");
    const done = await bench.run("sh", "-c", command);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toBe(ndjson);
    expect(await readdir(bench.dir)).not.toContain("taps.gz.tmp");
  });

  test.for([
    ["the object", objectName, 5000],
    ["the object's tag", objectName, -1],
    ["the manifest", "it's manifest.json", 40],
    ["the signature", "m.p7s", -1],
  ] as const)("refuses one flipped bit in %s and leaves no plaintext", async ([, name, at]) => {
    await using bench = await openBench();
    await bench.write({ ...files, [name]: flipped(name, at) });
    const done = await bench.run("sh", "-c", command);
    expect(done.code).not.toBe(0);
    expect(done.stdout).toBe("");
    expect((await readdir(bench.dir)).sort()).toEqual(Object.keys(files).sort());
  });

  test("leaves no plaintext where only the tag of the object tells of the change", async () => {
    await using bench = await openBench();
    const blind = command.replace(/test "\$\(sha256sum[^&]*&& /, "");
    expect(blind).not.toContain("sha256sum");
    await bench.write({ ...files, [objectName]: flipped(objectName, -1) });
    expect((await bench.run("sh", "-c", blind)).code).not.toBe(0);
    expect((await readdir(bench.dir)).sort()).toEqual(Object.keys(files).sort());
  });

  test("refuses a manifest of a stranger", async () => {
    await using bench = await openBench();
    const stranger = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
    const forged = archived("{}\n", stranger);
    await bench.write({ ...forged, "trust.pem": files["trust.pem"]! });
    expect((await bench.run("sh", "-c", command)).code).not.toBe(0);
  });

  test("refuses another segment's files under this one's name", async () => {
    await using bench = await openBench();
    await bench.write({
      ...files,
      [`segment-${segment.replace("9ab", "9ac")}.ndjson.gz.p7m`]: files[objectName]!,
    });
    const swapped = command.replaceAll(segment, segment.replace("9ab", "9ac"));
    expect((await bench.run("sh", "-c", swapped)).code).not.toBe(0);
  });

  test("writes the decrypted file for its owner alone", async () => {
    await using bench = await openBench();
    await bench.write(files);
    await bench.run("sh", "-c", command);
    const { stdout } = await bench.run("stat", "-c", "%a", "taps.gz");
    expect(stdout.trim()).toBe("600");
    expect((await readFile(join(bench.dir, "taps.gz"))).length).toBeGreaterThan(0);
  });
});
