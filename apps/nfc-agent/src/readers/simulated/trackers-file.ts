import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { z } from "zod";
import { replaceFile, systemCode } from "../../durable-file.ts";

const hex16 = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits");

const trackerSchema = z.strictObject({
  id: hex16,
  kid: hex16,
  /** Raw Ed25519 key, 32 bytes in hexadecimal. */
  publicKey: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
  /** PKCS #8 in PEM. */
  privateKey: z.string(),
});

type StoredTracker = z.infer<typeof trackerSchema>;

/** A tracker that exists only here; its key is real. */
export type SimulatedTracker = { id: string; kid: string; privateKey: KeyObject };

/** Bytes of the SubjectPublicKeyInfo of an Ed25519 key before the key itself (RFC 8410 §4). */
export const spkiHeadBytes = 12;

/** Writes `count` new trackers with their keys to `path`, mode 0600, whole or not at all. */
export async function createTrackersFile(path: string, count: number): Promise<void> {
  const trackers: StoredTracker[] = Array.from({ length: count }, () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ type: "spki", format: "der" }).subarray(spkiHeadBytes);
    return {
      id: randomBytes(8).toString("hex"),
      kid: kidOf(raw),
      publicKey: raw.toString("hex"),
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  });
  await replaceFile(path, `${JSON.stringify(trackers, null, 1)}\n`);
}

/** Reads a file of `createTrackersFile`. @throws misconfigured where it is missing, unreadable or of another shape */
export async function readTrackersFile(path: string): Promise<SimulatedTracker[]> {
  try {
    const stored = z
      .array(trackerSchema)
      .min(1)
      .parse(JSON.parse(await readFile(path, "utf8")));
    return stored.map(({ id, kid, privateKey }) => ({ id, kid, privateKey: createPrivateKey(privateKey) }));
  } catch (error) {
    // A parser's message may quote the file, which holds private keys.
    const why = systemCode(error) ?? (error instanceof z.ZodError ? z.prettifyError(error) : "not readable");
    throw new TaplineError("misconfigured", `the simulated trackers of ${path} cannot be used: ${why}`, {
      remedy: "make the file with `node apps/nfc-agent/src/simulated-trackers.ts --out FILE --count N`",
    });
  }
}

/** What to say where the file cannot be written. */
export function cannotWrite(path: string, error: unknown): TaplineError {
  return new TaplineError(
    "misconfigured",
    `${path} cannot be written: ${systemCode(error) ?? messageOf(error)}`,
    {
      remedy: "name a file in a folder that exists and may be written to",
    },
  );
}
