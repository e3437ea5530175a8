import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { syncDirectory } from "../durable-file.ts";
import { readRelease } from "./package-source.ts";
import type { Place } from "./place.ts";
import { unpack } from "./unpack.ts";
import type { UpgradeSettings } from "./upgrade-settings.ts";
import { assertDigest, statedDigest } from "./verify-release.ts";

const maxSumsBytes = 1024 * 1024;
const signatureBytes = 64;
const maxPackageBytes = 64 * 1024 * 1024;
const draftPrefix = "unpacking-";

const manifestSchema = z.object({
  name: z.literal("tapline-agent"),
  version: z.string(),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/**
 * Brings `version` into the folder of versions, unless it is there: fetched, signature and digest checked, then
 * unpacked beside and renamed, so that a folder that is there is whole.
 * @throws unavailable, or misconfigured with `facts.reason`
 */
export async function obtainVersion(
  place: Place,
  settings: UpgradeSettings,
  version: string,
  say: (line: string) => void,
): Promise<void> {
  const folder = join(place.versions, version);
  if (existsSync(folder)) return say(`version ${version} is here already`);
  const bytes = await fetchVerified(settings, version);
  say(`version ${version} was fetched and is signed by the release key`);
  await removeDrafts(place);
  const draft = await mkdtemp(join(place.prefix, draftPrefix));
  try {
    const archive = join(draft, "package.tgz");
    await writeFile(archive, bytes);
    await unpack(archive, join(draft, "tree"));
    const unpacked = join(draft, "tree/package");
    await assertFits(place, unpacked, version);
    await rename(unpacked, folder);
    await syncDirectory(place.versions);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  say(`version ${version} is unpacked`);
}

/** What runs that were cut off have left. */
async function removeDrafts({ prefix }: Place): Promise<void> {
  for (const name of await readdir(prefix))
    if (name.startsWith(draftPrefix)) await rm(join(prefix, name), { recursive: true, force: true });
}

/** The package's bytes, genuine and whole. Nothing is written. @throws as `obtainVersion` does */
export async function fetchVerified(settings: UpgradeSettings, version: string): Promise<Buffer> {
  const name = `tapline-agent-${version}.tgz`;
  const sums = await readRelease(settings, "SHA256SUMS", maxSumsBytes);
  const signature = await readRelease(settings, "SHA256SUMS.sig", signatureBytes);
  const digest = statedDigest(sums, signature, settings.releaseKey, name);
  const bytes = await readRelease(settings, name, maxPackageBytes);
  assertDigest(bytes, digest, name);
  return bytes;
}

/** The binding to PC/SC is built for the machine and shared by all versions: another one is installed by hand. */
async function assertFits(place: Place, unpacked: string, version: string): Promise<void> {
  const [found, current] = await Promise.all([manifestOf(unpacked), manifestOf(place.current)]);
  if (found?.version !== version)
    throw unfit(`the package calls itself ${found?.version ?? "no version"}, not ${version}`);
  const binding = "nfc-pcsc";
  const wanted = found.optionalDependencies[binding];
  if (wanted === current?.optionalDependencies[binding]) return;
  throw unfit(`version ${version} wants ${binding} ${wanted ?? "no more"}, which an upgrade does not build`);
}

async function manifestOf(dir: string): Promise<z.infer<typeof manifestSchema> | null> {
  const text = await readFile(join(dir, "package.json"), "utf8").catch(() => "null");
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function unfit(message: string): TaplineError {
  return new TaplineError("misconfigured", message, {
    remedy: "install that version by hand: npm install --global, then tapline-agent install",
    facts: { reason: "bad-package" },
  });
}
