import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type HierarchyFile,
  issueHierarchy,
  readRecipient,
  type Signer,
  sealEnvelope,
  signDetached,
} from "@tapline/core/encryption";
import { sha256Hex, uuidV7 } from "@tapline/core/kernel";
import { buildManifest, objectPaths } from "@tapline/core/transfer";

/** A PKI, and objects archived under it into a local folder, as the worker does it. */
export class MadeArchive {
  readonly root: string;
  readonly pki: Readonly<Record<string, HierarchyFile>>;
  readonly #signer: Signer;

  private constructor(root: string, pki: Readonly<Record<string, HierarchyFile>>) {
    this.root = root;
    this.pki = pki;
    this.#signer = {
      certPem: this.pem("signer.crt"),
      keyPem: this.pem("signer.key"),
      chainPem: [this.pem("intermediate.crt")],
    };
  }

  /** Lays out `root` as a private folder: pki/ and archive/. */
  static async make(root: string, nowEpochMs: number): Promise<MadeArchive> {
    const pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
    const made = new MadeArchive(root, pki);
    await mkdir(join(root, "archive"), { recursive: true });
    await mkdir(join(root, "pki"));
    for (const [name, { pem }] of Object.entries(pki)) await writeFile(join(root, "pki", name), pem);
    return made;
  }

  pem(name: string): string {
    return this.pki[name]?.pem ?? "";
  }

  local(path: string): string {
    return join(this.root, "archive", path);
  }

  /** Archives taps as one segment made at `atEpochMs`. @returns its id */
  async add(taps: readonly object[], atEpochMs: number, claimedTaps = taps.length): Promise<string> {
    const segment = uuidV7(atEpochMs, (length) =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(length))),
    );
    const plain = Buffer.from(taps.map((tap) => `${JSON.stringify(tap)}\n`).join(""));
    const packed = gzipSync(plain);
    const recipients = ["archive.crt", "escrow.crt"].map((name) => readRecipient(this.pem(name)));
    const object = sealEnvelope(packed, recipients);
    const manifest = buildManifest({
      segment,
      createdAtEpochMs: atEpochMs,
      taps: claimedTaps,
      firstReadAtEpochMs: atEpochMs,
      lastReadAtEpochMs: atEpochMs,
      plainBytes: plain.length,
      plainSha256: sha256Hex(plain),
      gzipSha256: sha256Hex(packed),
      objectBytes: object.length,
      objectSha256: sha256Hex(object),
      recipients,
      runs: [],
      agents: [],
    });
    const paths = objectPaths(segment);
    await mkdir(dirname(this.local(paths.object)), { recursive: true });
    await writeFile(this.local(paths.object), object);
    await writeFile(this.local(paths.manifest), manifest);
    await writeFile(this.local(paths.signature), signDetached(manifest, this.#signer, atEpochMs));
    return segment;
  }
}
