import { readFile, rename, writeFile } from "node:fs/promises";
import { TaplineError } from "@tapline/core/kernel";
import { mainTarget, readArchivePlan, repinned } from "@tapline/core/transfer";
import { askHostKey, recordRepin } from "../wire/commands/repin.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { archiveSettings } from "./config.ts";
import { findStores } from "./find-stores.ts";

interface RepinOptions extends ActingOptions {
  readonly target: string;
  readonly forgetOld?: boolean;
}

export async function repin(options: RepinOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const { url, known, keep } = await targetOf(options.target);
  const offered = await askHostKey(url);
  const pins = repinned(known, offered, options.forgetOld !== true);
  process.stdout.write(
    [
      `archive   ${options.target}`,
      ...known.map((pin) => `believed  ${pin}`),
      `offered   ${offered}`,
      "",
    ].join("\n"),
  );
  if (pins.join() === known.join())
    return void process.stdout.write("nothing to change: it is believed already\n");
  if (dryRun)
    return void process.stdout.write(
      "would believe the one that is offered: see that it is the key that the administrator named\n",
    );
  const { databaseUrl } = await findStores();
  // The entry first: a pin without one would have nobody to answer for it.
  await recordRepin(databaseUrl, { target: options.target, known, pins }, act);
  process.stdout.write(await keep(pins));
}

/** Where an archive lies, which keys are believed, and how others are kept; `keep` says what is left to do. */
async function targetOf(name: string): Promise<{
  readonly url: string;
  readonly known: readonly string[];
  readonly keep: (pins: readonly string[]) => Promise<string>;
}> {
  const { planFile, url, hostKeyPin } = archiveSettings();
  if (planFile !== undefined) {
    const text = await readFile(planFile, "utf8");
    const target = readArchivePlan(text, planFile).targets.find((one) => one.name === name);
    if (target === undefined)
      throw new TaplineError("not-found", `${planFile} names no archive ${name}`, {
        remedy: "Name one of it by --target.",
      });
    return { url: target.url, known: target.hostKeys, keep: (pins) => rewrite(planFile, text, name, pins) };
  }
  if (url === undefined || hostKeyPin === undefined || name !== mainTarget)
    throw new TaplineError("misconfigured", `the settings name no archive ${name}`, {
      remedy:
        "Set TAPLINE_ARCHIVES, or TAPLINE_ARCHIVE_URL and TAPLINE_ARCHIVE_HOST_KEY as the worker has them.",
    });
  const keep = async (pins: readonly string[]): Promise<string> =>
    `set TAPLINE_ARCHIVE_HOST_KEY=${pins.join(",")} and restart the workers\n`;
  return { url, known: hostKeyPin.split(",").map((pin) => pin.trim()), keep };
}

/** Puts other pins into the plan's file: whole or not at all, and nothing else in it changes but its spacing. */
async function rewrite(path: string, text: string, name: string, pins: readonly string[]): Promise<string> {
  const plan = JSON.parse(text) as { targets: { name: string; hostKeys: readonly string[] }[] };
  for (const target of plan.targets) if (target.name === name) target.hostKeys = pins;
  const fresh = `${path}.new`;
  await writeFile(fresh, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(fresh, path);
  return `${path} was rewritten; restart the workers, one after the other\n`;
}
