import { readFile, rename, writeFile } from "node:fs/promises";
import { TaplineError } from "@tapline/core/kernel";
import { mainTarget, readArchivePlan } from "@tapline/core/transfer";

/** What the settings say of where archives lie. */
export type ArchivePlaceSettings = {
  readonly planFile?: string | undefined;
  readonly url?: string | undefined;
  readonly hostKeyPin?: string | undefined;
};

/** Where an archive lies, and which host keys are believed; `keep` believes others, and says what is left to do. */
export type BelievedKeys = {
  readonly url: string;
  readonly known: readonly string[];
  readonly keep: (pins: readonly string[]) => Promise<string>;
};

/** @throws TaplineError `not-found`, `misconfigured` where the settings name no such archive */
export async function believedKeys(
  name: string,
  { planFile, url, hostKeyPin }: ArchivePlaceSettings,
): Promise<BelievedKeys> {
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
