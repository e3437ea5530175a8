import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { openTrackerDesk } from "../wire/commands/registry.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";

interface EnrolOptions {
  readonly id: string;
  readonly publicKey: string;
  readonly reason?: string;
  readonly by?: string;
}

interface RevokeOptions extends Omit<ActingOptions, "dryRun"> {
  readonly id: string;
}

export async function enrol({ id, publicKey, reason, by }: EnrolOptions): Promise<void> {
  const tracker = { id: checkedId(id), publicKey: await readKey(publicKey) };
  const { actor } = actOf({ reason: reason ?? "", ...(by === undefined ? {} : { by }) });
  const kid = await withDesk((desk) => desk.enrol(tracker, { actor, reason: reason ?? null }));
  process.stdout.write(`tracker ${id} is enrolled with the key ${kid}\n`);
}

export async function revoke(options: RevokeOptions): Promise<void> {
  const { actor, reason } = actOf(options);
  await withDesk((desk) => desk.revoke(checkedId(options.id), { actor, reason }));
  process.stdout.write(`tracker ${options.id} is revoked\n`);
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
