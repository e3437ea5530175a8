import { readFile } from "node:fs/promises";
import { type Recipient, readRecipient } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { Rewrapped } from "../care/rewrap-archive.ts";
import { openRewrap } from "../wire/commands/archive.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { type RackOptions, readRack } from "./read-rack.ts";
import { readSigner } from "./read-signer.ts";

interface Options extends PlaceOptions, ProgressOptions, RackOptions, ActingOptions {
  readonly to: string;
  readonly trust?: string;
  readonly since?: string;
  readonly json?: boolean;
}

export async function rewrap(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const { actor, reason, traceId, atEpochMs, dryRun } = actOf(options);
  const since = options.since ?? "";
  const added = await readAdded(options.to, atEpochMs);
  const trust = await readTrust(options.trust, dataDir);
  const rack = await readRack(options, dataDir);
  const signer = await readSigner();
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const opened = openRewrap(places, (await findStores()).databaseUrl);
  try {
    const sum = await opened.rewrap(since, {
      ...{
        actor,
        reason,
        traceId,
        dryRun,
        added,
        rack,
        signer,
        trust: { rootPems: [trust], crlPems: [trust] },
      },
      onFault: ({ file, message }) => process.stderr.write(`failed: ${file}: ${message}\n`),
      onClosed: ({ message }) => process.stderr.write(`closed: ${message}\n`),
    });
    process.stdout.write(
      `${options.json === true ? JSON.stringify({ ...sum, dryRun }) : sentence(sum, added, dryRun)}\n`,
    );
    if (sum.failed > 0) process.exitCode = 2;
    else if (sum.closed > 0) process.exitCode = 1;
  } finally {
    stop();
    await opened.close();
  }
}

async function readAdded(file: string, nowEpochMs: number): Promise<Recipient> {
  const pem = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new TaplineError("misconfigured", `${file} cannot be read: ${messageOf(cause)}`, {
      remedy: "Name a readable certificate by --to.",
      cause,
    });
  });
  return readRecipient(pem, nowEpochMs);
}

function sentence(sum: Rewrapped, { subject, certSha256 }: Recipient, dryRun: boolean): string {
  const parts = [
    `${sum.rewrapped} ${dryRun ? "would be rewrapped" : "rewrapped"}`,
    `${sum.present} rewrapped before`,
    `${sum.recipient} archived for it`,
    `${sum.failed} failed`,
    ...(sum.closed === 0 ? [] : [`${sum.closed} closed`]),
  ];
  return `for ${subject} (certificate ${certSha256}): ${parts.join(", ")}`;
}
