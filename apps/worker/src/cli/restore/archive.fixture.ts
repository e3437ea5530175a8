import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  type HierarchyFile,
  issueHierarchy,
  type KeyRack,
  keyRack,
  readRecipient,
  type Signer,
  sealEnvelope,
  signDetached,
} from "@tapline/core/encryption";
import { sha256, sha256Hex, uuidV7 } from "@tapline/core/kernel";
import { encodeTap, flatten, type Tap } from "@tapline/core/tap";
import {
  archiveRecord,
  buildManifest,
  LineWriter,
  objectPaths,
  type SegmentMember,
} from "@tapline/core/transfer";
import { issueIntoFolder } from "../../keys/issue-into-folder.ts";

/** A tap by both of its names; one pulse for each, so that contents can differ. */
export type MadeTap = {
  readonly trackerSeq: number;
  readonly seq: number;
  readonly agent?: string;
  readonly tracker?: string;
  readonly pulse?: number;
};

function packetOf(
  { trackerSeq, seq, agent = "gate-1", tracker = "0011223344556677", pulse = 70 }: MadeTap,
  atEpochMs: number,
) {
  const tap: Tap = {
    ...{ trackerId: tracker, epoch: 1, seq: trackerSeq, t0EpochS: 1_790_000_000 },
    ...{ samples: [[0, pulse, 10]], batteryPercent: 50, uptimeS: 100 },
  };
  const payload = encodeTap(tap);
  const buffered = {
    ...{ agent, epoch: 1, seq, reader: "r", readAtEpochMs: atEpochMs, ingestedAtEpochMs: atEpochMs },
    ...{ traceparent: "", payload },
  };
  const member: SegmentMember = {
    ...{ tracker, trackerEpoch: 1, trackerSeq, agent, epoch: 1, seq, digest: sha256(payload) },
  };
  const line = new LineWriter(256);
  archiveRecord(line, buffered, flatten(tap), null);
  return { member, line: line.take().toString() };
}

/** A PKI, and objects archived under it into a local folder, as the worker does it. */
export class MadeArchive {
  readonly root: string;
  readonly pki: Readonly<Record<string, HierarchyFile>>;
  /** Who signs what is archived here. */
  readonly signer: Signer;
  /** Certificates that objects are encrypted to from now on: the archive's and the escrow's. */
  recipients: readonly string[];

  private constructor(root: string, pki: Readonly<Record<string, HierarchyFile>>) {
    this.root = root;
    this.pki = pki;
    this.signer = {
      certPem: this.pem("signer.crt"),
      keyPem: this.pem("signer.key"),
      chainPem: [this.pem("intermediate.crt")],
    };
    this.recipients = [this.pem("archive.crt"), this.pem("escrow.crt")];
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

  /** The pairs of these names. */
  rack(...names: readonly string[]): KeyRack {
    return keyRack(
      names.map((name) => ({ certPem: this.pem(`${name}.crt`), keyPem: this.pem(`${name}.key`) })),
    );
  }

  /** Puts a successor to the archive's key into the folder, as `tapline key rotate` does. @returns its certificate's path */
  async rotate(nowEpochMs: number): Promise<string> {
    const { certPem, certFile } = await issueIntoFolder(join(this.root, "pki"), "archive", nowEpochMs);
    this.recipients = [certPem, this.pem("escrow.crt")];
    return certFile;
  }

  local(path: string): string {
    return join(this.root, "archive", path);
  }

  /** Archives lines as one segment made at `atEpochMs`. @returns its id */
  add(lines: readonly object[], atEpochMs: number, claimedTaps = lines.length): Promise<string> {
    const plain = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return this.#store(plain, atEpochMs, claimedTaps, []);
  }

  /** Archives real taps, as the worker does. @param claimed what the manifest names, where that is something else */
  addTaps(taps: readonly MadeTap[], atEpochMs: number, claimed = taps): Promise<string> {
    const made = taps.map((tap) => packetOf(tap, atEpochMs));
    const named = claimed.map((tap) => packetOf(tap, atEpochMs).member);
    return this.#store(Buffer.from(made.map(({ line }) => line).join("")), atEpochMs, taps.length, named);
  }

  async #store(
    plain: Buffer,
    atEpochMs: number,
    taps: number,
    members: readonly SegmentMember[],
  ): Promise<string> {
    const segment = uuidV7(atEpochMs, (length) =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(length))),
    );
    const packed = gzipSync(plain);
    const recipients = this.recipients.map((pem) => readRecipient(pem));
    const { object, objectSha256 } = sealEnvelope(packed, recipients);
    const facts = {
      segment,
      createdAtEpochMs: atEpochMs,
      taps,
      firstReadAtEpochMs: atEpochMs,
      lastReadAtEpochMs: atEpochMs,
      plainBytes: plain.length,
      plainSha256: sha256Hex(plain),
      objectBytes: object.length,
      objectSha256,
      recipients,
      members,
    };
    const { manifest, treeHead } = buildManifest(facts);
    const signature = signDetached(manifest, this.signer, atEpochMs, treeHead);
    const paths = objectPaths(segment);
    await mkdir(dirname(this.local(paths.object)), { recursive: true });
    await writeFile(this.local(paths.object), object);
    await writeFile(this.local(paths.manifest), manifest);
    await writeFile(this.local(paths.signature), signature);
    return segment;
  }
}
