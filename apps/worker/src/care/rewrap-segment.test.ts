import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import {
  type HierarchyFile,
  issueHierarchy,
  type KeyRack,
  keyRack,
  openEnvelope,
  readRecipient,
} from "@tapline/core/encryption";
import { objectPaths, readRewrap, rewrapPaths } from "@tapline/core/transfer";
import { generateSshKeyPair, startArchiveServer } from "@tapline/tools/local-stack/archive-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { readVerifiedManifest, unpackObject } from "./read-archived.ts";
import { ClosedObjectError, readObjectFor, readVerifiedRewrap } from "./read-rewrap.ts";
import { type RewrapArchive, type RewrapParts, rewrapSegment } from "./rewrap-segment.ts";
import { UniqueNames } from "./unique-names.ts";
import { verifyArchive } from "./verify-archive.ts";
import type { ArchiveFault } from "./verify-segment.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
let base: string;
let made: MadeArchive;
let next: Readonly<Record<string, HierarchyFile>>;
let archive: DirectoryArchive;
let segment: string;

beforeEach(async () => {
  base = await temporaryFolder();
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  next = await issueHierarchy({ nowEpochMs, organisation: "Next", agents: [], hosts: [] });
  archive = new DirectoryArchive(join(made.root, "archive"));
  segment = await made.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs);
});
afterEach(() => rm(base, { recursive: true }));

const oldKeys = () => made.rack("archive");
const newKey = (name = "archive") => ({
  certPem: next[`${name}.crt`]!.pem,
  keyPem: next[`${name}.key`]!.pem,
});
const newKeys = (name = "archive") => keyRack([newKey(name)]);
const trust = () => ({ trust: { rootPems: [made.pem("trust.pem")], crlPems: [made.pem("trust.pem")] } });
const paths = (name = "archive") => rewrapPaths(segment, readRecipient(newKey(name).certPem).ski);

function rewrap(parts: Partial<RewrapParts> = {}) {
  const [certPem, keyPem, chain] = ["signer.crt", "signer.key", "intermediate.crt"].map((n) => made.pem(n));
  return rewrapSegment(segment, {
    ...{ archive, keys: oldKeys(), added: readRecipient(newKey().certPem), dryRun: false, ...trust() },
    signer: { certPem: certPem ?? "", keyPem: keyPem ?? "", chainPem: [chain ?? ""] },
    clock: () => nowEpochMs + 1000,
    ...parts,
  });
}

/** The lines of the segment as a key of `keys` reads them. */
async function readBy(keys: KeyRack): Promise<string> {
  const { manifest } = await readVerifiedManifest(archive, segment, trust());
  const { object, key } = await readObjectFor(archive, manifest, keys, trust());
  return (await unpackObject(openEnvelope(object, key), manifest)).toString();
}

async function verify(keys: KeyRack) {
  const faults: ArchiveFault[] = [];
  const names = new UniqueNames();
  const sum = await verifyArchive(
    { sinceDay: "", sampleRatio: 1, segment: null },
    {
      ...{ reader: archive, names, keys, ...trust(), catalogue: null, target: null },
      ...{ chance: Math.random, onDay: () => undefined, onFault: (fault) => faults.push(fault) },
    },
  );
  await names.close();
  return { sum, faults };
}

test("a rewrapped segment opens with the new key, its own three files untouched", {
  timeout: 30_000,
}, async () => {
  const { object, manifest, signature } = objectPaths(segment);
  const own = [object, manifest, signature].map((path) => made.local(path));
  const before = await Promise.all(own.map((path) => readFile(path)));
  await expect(readBy(newKeys())).rejects.toMatchObject({ code: "forbidden" });
  expect(await rewrap()).toBe("rewrapped");
  expect(await Promise.all(own.map((path) => readFile(path)))).toEqual(before);
  expect(await readBy(newKeys())).toBe(await readBy(oldKeys()));
  expect(await rewrap()).toBe("present");
  expect(await rewrap({ added: readRecipient(made.pem("escrow.crt")) })).toBe("recipient");
});

test("plain tools open it: the head, the rest of the object, openssl", { timeout: 30_000 }, async () => {
  await rewrap();
  const { head, statement } = paths();
  const { replacedBytes, wholeSha256 } = readRewrap(await archive.read(statement));
  await writeFile(join(base, "new.crt"), newKey().certPem);
  await writeFile(join(base, "new.key"), newKey().keyPem);
  const script =
    `(cat "$1"; tail -c +${replacedBytes + 1} "$2") > x.p7m && sha256sum x.p7m >&2 && ` +
    "openssl cms -decrypt -binary -inform DER -in x.p7m -recip new.crt -inkey new.key -out x.gz && zcat x.gz";
  const args = ["-c", `(${script}) 2>&1`, "sh", made.local(head), made.local(objectPaths(segment).object)];
  const shown = execFileSync("sh", args, { cwd: base, encoding: "utf8" });
  expect(shown).toBe(`${wholeSha256}  x.p7m\n${await readBy(oldKeys())}`);
});

test("who holds only a rewrapped key can hand on to a further one", { timeout: 30_000 }, async () => {
  await rewrap();
  expect(await rewrap({ keys: newKeys(), added: readRecipient(newKey("escrow").certPem) })).toBe("rewrapped");
  expect(await readBy(newKeys("escrow"))).toBe(await readBy(oldKeys()));
});

test("a dry run opens the object and writes nothing", { timeout: 30_000 }, async () => {
  const files = () => readdir(dirname(made.local(objectPaths(segment).object)));
  const before = await files();
  expect(await rewrap({ dryRun: true })).toBe("rewrapped");
  await expect(rewrap({ dryRun: true, keys: newKeys() })).rejects.toThrow(ClosedObjectError);
  expect(await files()).toEqual(before);
});

test("a run that was ended anywhere is taken up: leftovers go to quarantine", {
  timeout: 60_000,
}, async () => {
  for (const writes of [1, 2]) {
    let left = writes;
    const dying: RewrapArchive = {
      ...{ read: (path) => archive.read(path), stat: (path) => archive.stat(path) },
      ...{ list: (dir) => archive.list(dir), setAside: (files) => archive.setAside(files) },
      put: async (path, bytes) => {
        if (left === 0) throw new Error("killed");
        left -= 1;
        return await archive.put(path, bytes);
      },
    };
    const added = readRecipient(newKey(writes === 1 ? "archive" : "escrow").certPem);
    await expect(rewrap({ archive: dying, added })).rejects.toThrow("killed");
    expect((await verify(oldKeys())).sum).toMatchObject({ uncommitted: writes, faults: 0 });
    expect(await rewrap({ added })).toBe("rewrapped");
  }
  expect(await verify(newKeys())).toMatchObject({
    ...{ sum: { segments: 1, rewraps: 2, uncommitted: 0, decrypted: 1, faults: 0 }, faults: [] },
  });
  expect(await readdir(join(made.root, "archive", "quarantine"))).toHaveLength(3);
});

test("a bit flipped in every third byte of its files is refused, and verify names the file", {
  timeout: 240_000,
}, async () => {
  await rewrap();
  const { manifest } = await readVerifiedManifest(archive, segment, trust());
  const { ski } = readRecipient(newKey().certPem);
  for (const path of Object.values(paths())) {
    const bytes = await archive.read(path);
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at & 7);
      const reader = {
        ...{ list: (dir: string) => archive.list(dir), stat: (file: string) => archive.stat(file) },
        read: async (file: string) => (file === path ? changed : await archive.read(file)),
      };
      const refused = readVerifiedRewrap(reader, manifest, ski, trust());
      await expect(refused, `${path}, byte ${at}`).rejects.toHaveProperty("code");
    }
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(made.local(path), bytes);
    expect((await verify(oldKeys())).faults.map(({ file }) => file)).toEqual([path]);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(made.local(path), bytes);
  }
});

test("another segment's rewrap, genuine as it is, does not pass for this one's", {
  timeout: 30_000,
}, async () => {
  await rewrap();
  const [from, mine] = [paths(), segment];
  segment = await made.addTaps([{ trackerSeq: 2, seq: 2 }], nowEpochMs + 1);
  const to = paths();
  for (const part of ["head", "statement", "signature"] as const)
    await writeFile(made.local(to[part]), await readFile(made.local(from[part])));
  await expect(readBy(newKeys())).rejects.toMatchObject({ code: "corrupt", file: to.statement });
  segment = mine;
  expect(await readBy(newKeys())).toBe(await readBy(oldKeys()));
});

test("the embedded SFTP archive takes rewraps, and takes them once", { timeout: 30_000 }, async () => {
  const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
  const keys = { hostKey: host.privateKey, clientKey: client.publicKey };
  const server = await startArchiveServer({ dir: join(made.root, "archive"), ...keys });
  const url = `sftp://tapline@127.0.0.1:${server.port}/`;
  const sftp = new SftpArchive({ url, hostKeyPin: host.pin, privateKey: client.privateKey });
  expect(await rewrap({ archive: sftp })).toBe("rewrapped");
  expect(await rewrap({ archive: sftp })).toBe("present");
  expect(await readBy(newKeys())).toBe(await readBy(oldKeys()));
  await sftp.close();
  await server.stop();
});
