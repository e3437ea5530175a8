import { createPrivateKey, createPublicKey } from "node:crypto";
import { type Random, wholeBetween } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { type SimulatedTracker, spkiHeadBytes } from "./trackers-file.ts";

/** An Ed25519 key in PKCS #8 (RFC 8410 §7) before its 32 bytes. */
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/** A tracker with a key of its own that nobody has enrolled; `random` fixes both. */
export function makeStranger(random: Random): SimulatedTracker {
  const bytes = Buffer.from(Array.from({ length: 40 }, () => wholeBetween(random, 0, 255)));
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Head, bytes.subarray(8)]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const kid = kidOf(publicKey.subarray(spkiHeadBytes));
  return { id: bytes.toString("hex", 0, 8), kid, privateKey };
}
