import { createCipheriv, randomBytes } from "node:crypto";
import { issueHierarchy, readRecipient, sealEnvelope, signDetached } from "@tapline/core/encryption";

const objectBytes = 8 * 2 ** 20;
const tagBytes = 16;

export type CmsFigures = { readonly ours: number; readonly gcm: number };

/**
 * Sealing an object of 8 MiB to two recipients as the encryption service does, its digest and signature included; beside
 * it AES-256-GCM of the same bytes and nothing else, in turn.
 * @returns MiB per second of CPU
 */
export async function cmsMibPerCpuS(times: number): Promise<CmsFigures> {
  const nowEpochMs = Date.now();
  const files = await issueHierarchy({ nowEpochMs, organisation: "Bench", agents: [], hosts: [] });
  const pem = (name: string): string => files[name]?.pem ?? "";
  const recipients = [readRecipient(pem("archive.crt")), readRecipient(pem("escrow.crt"))];
  const signer = {
    certPem: pem("signer.crt"),
    keyPem: pem("signer.key"),
    chainPem: [pem("intermediate.crt")],
  };
  const packed = randomBytes(objectBytes);
  const ours = (): void => {
    const { objectSha256 } = sealEnvelope(packed, recipients);
    const manifest = Buffer.from(JSON.stringify({ objectSha256 }));
    signDetached(manifest, signer, nowEpochMs);
  };
  const key = randomBytes(32);
  const gcm = (): void => {
    const cipher = createCipheriv("aes-256-gcm", key, randomBytes(12), { authTagLength: tagBytes });
    cipher.update(packed);
    cipher.final();
    cipher.getAuthTag();
  };
  for (const warmUp of [ours, gcm, ours, gcm]) warmUp();
  let [oursS, gcmS] = [0, 0];
  for (let i = 0; i < times; i++) {
    oursS += cpuS(ours);
    gcmS += cpuS(gcm);
  }
  const mib = (times * objectBytes) / 2 ** 20;
  return { ours: mib / oursS, gcm: mib / gcmS };
}

function cpuS(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
