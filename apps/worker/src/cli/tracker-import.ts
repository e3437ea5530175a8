import { randomBytes } from "node:crypto";
import { newEntry } from "@tapline/core/audit";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { kidOf } from "@tapline/core/tap";
import { z } from "zod";
import { openTrackerRegistry } from "../wire/commands/registry.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { readGivenText } from "./read-given.ts";

/** What an importable file holds; other fields, such as a simulated tracker's private key, are left alone. */
const trackersFileSchema = z.array(
  z.object({
    id: z.string().regex(/^[0-9a-f]{16}$/, "must be 8 bytes in lower-case hexadecimal"),
    kid: z.string().regex(/^[0-9a-f]{16}$/, "must be 8 bytes in lower-case hexadecimal"),
    publicKey: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be an Ed25519 key, 32 bytes in lower-case hexadecimal"),
  }),
);

export async function importTrackers(file: string, options: ActingOptions): Promise<void> {
  const { dryRun, atEpochMs, ...act } = actOf(options);
  const trackers = await readTrackers(file);
  const { registry, close } = openTrackerRegistry((await findStores()).databaseUrl);
  try {
    if (dryRun) {
      const known = await registry.find(trackers.map(({ id }) => id));
      const text = `would enrol ${count(trackers.length - known.size, "tracker")}; ${known.size} known already keep their keys`;
      return void process.stdout.write(`${text}\n`);
    }
    const what = { action: "tracker.enrolled" as const, subject: "tracker/*" };
    const entry = newEntry(atEpochMs, randomBytes, {
      ...{ ...act, ...what, facts: { listed: trackers.length } },
    });
    const added = await registry.enrol(trackers, entry);
    process.stdout.write(`${count(added, "tracker")} enrolled, ${trackers.length - added} known already\n`);
  } finally {
    await close();
  }
}

async function readTrackers(file: string) {
  const text = await readGivenText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const parsed = trackersFileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TaplineError("invalid-input", `${file}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return parsed.data.map(({ id, kid, publicKey: hex }) => {
    const publicKey = Buffer.from(hex, "hex");
    if (kidOf(publicKey) !== kid)
      throw new TaplineError("invalid-input", `${file}: the key id of tracker ${id} does not fit its key`);
    return { id, kid, publicKey };
  });
}
