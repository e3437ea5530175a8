/**
 * Decrypts one archived object and holds it against its proof, in a process of its own:
 *   node open-object-main.ts CERT KEY < message
 * It has the one key and nothing else: no environment, no connection. Content never leaves it.
 */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { openEnvelope } from "@tapline/core/encryption";
import { messageOf } from "@tapline/core/kernel";
import { checkContents, checkObject, joinRewrap } from "@tapline/core/transfer";
import { type DrillAnswer, readDrillMessage } from "./drill-message.ts";
import { unpackObject } from "./read-archived.ts";

async function open(certFile: string, keyFile: string): Promise<DrillAnswer> {
  const { header, object } = readDrillMessage(await buffer(process.stdin));
  const { manifest, rewrap } = header;
  const recipient = { certPem: await readFile(certFile, "utf8"), keyPem: await readFile(keyFile, "utf8") };
  checkObject(manifest, object);
  const whole = rewrap === null ? object : joinRewrap(rewrap.rewrap, rewrap.head, object);
  const { taps } = checkContents(await unpackObject(openEnvelope(whole, recipient), manifest), header);
  return { ok: true, taps };
}

const [, , certFile = "", keyFile = ""] = process.argv;
const answer = await open(certFile, keyFile).catch(
  (error: unknown): DrillAnswer => ({ ok: false, detail: messageOf(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);
