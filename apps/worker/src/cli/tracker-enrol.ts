import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { openTrackerDesk, openTrackerRegistry } from "../wire/commands/registry.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";

interface TrackerOptions extends ActingOptions {
  readonly id: string;
}

export async function enrol(options: TrackerOptions & { readonly publicKey: string }): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const tracker = { id: checkedId(options.id), publicKey: await readKey(options.publicKey) };
  if (dryRun) {
    const now = (await isKnown(tracker.id)) ? "it is known already" : "it is not known yet";
    process.stdout.write(`would take tracker ${tracker.id}'s taps from now on; ${now}\n`);
    return;
  }
  const kid = await withDesk((desk) => desk.enrol(tracker, act));
  process.stdout.write(`tracker ${tracker.id} is enrolled with the key ${kid}\n`);
}

export async function revoke(options: TrackerOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const id = checkedId(options.id);
  if (dryRun) {
    if (!(await isKnown(id))) throw new TaplineError("not-found", `no tracker ${id} is enrolled`);
    process.stdout.write(`would refuse tracker ${id}'s taps from now on\n`);
    return;
  }
  await withDesk((desk) => desk.revoke(id, act));
  process.stdout.write(`tracker ${id} is revoked\n`);
}

async function isKnown(id: string): Promise<boolean> {
  const { registry, close } = openTrackerRegistry((await findStores()).databaseUrl);
  try {
    return (await registry.find([id])).has(id);
  } finally {
    await close();
  }
}

export async function list({ json }: { json?: boolean }): Promise<void> {
  await withDesk(async (desk) => {
    let after = "";
    for (;;) {
      const trackers = await desk.list(after);
      for (const tracker of trackers) {
        const { id, kid, enrolledAtEpochMs, revokedAtEpochMs } = tracker;
        const state = revokedAtEpochMs === null ? "enrolled" : `revoked since ${day(revokedAtEpochMs)}`;
        const line = [id, `key ${kid ?? "none"}`, `since ${day(enrolledAtEpochMs)}`, state].join("  ");
        process.stdout.write(`${json === true ? JSON.stringify(tracker) : line}\n`);
      }
      const last = trackers.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  });
}

const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

async function withDesk<Result>(
  use: (desk: ReturnType<typeof openTrackerDesk>["desk"]) => Promise<Result>,
): Promise<Result> {
  const { desk, close } = openTrackerDesk((await findStores()).databaseUrl);
  try {
    return await use(desk);
  } finally {
    await close();
  }
}

function checkedId(id: string): string {
  if (/^[0-9a-f]{16}$/.test(id)) return id;
  throw new TaplineError("invalid-input", `--id "${id}" is not 16 lower-case hexadecimal digits`);
}

async function readKey(given: string): Promise<Buffer> {
  if (/^[0-9a-f]{64}$/.test(given)) return Buffer.from(given, "hex");
  try {
    const key = createPublicKey(await readFile(given, "utf8"));
    if (key.asymmetricKeyType !== "ed25519") throw new Error(`it is a key of ${key.asymmetricKeyType}`);
    return key.export({ format: "der", type: "spki" }).subarray(-32);
  } catch (cause) {
    throw new TaplineError("invalid-input", `--public-key ${given} cannot be used: ${messageOf(cause)}`, {
      remedy: "give 64 lower-case hexadecimal digits, or a PEM file with an Ed25519 public key",
      cause,
    });
  }
}
