import { join } from "node:path";
import { type KeyRole, type RingKey, rotationTo, shortKeyId } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { issueIntoFolder } from "../keys/issue-into-folder.ts";
import { actOf } from "./acting.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type KeyActingOptions, makeChange, withKeys } from "./key-command.ts";
import { readGivenText } from "./read-given.ts";

type RotateOptions = KeyActingOptions & {
  readonly role: KeyRole;
  readonly cert?: string;
  readonly pki?: string;
};

export async function rotate(options: RotateOptions): Promise<void> {
  const { role, cert, dryRun } = options;
  const activeOf = (ring: readonly RingKey[]): RingKey[] =>
    ring.filter((key) => key.role === role && key.state === "active");
  if (dryRun === true && cert === undefined) {
    const active = activeOf(await withKeys(({ ring }) => ring.read()));
    const names = active.map(({ subject, certSha256 }) => `${subject} (${shortKeyId(certSha256)})`);
    return say(`would send into retirement: ${names.join(", ")}; new objects would go to a successor`);
  }
  const { atEpochMs } = actOf(options);
  await withKeys(async ({ desk, map }) => {
    const { ring, twoPersons } = await desk.standing();
    // Before a key is issued that nobody would be let add.
    if (twoPersons && options.alone !== true) throw desk.twoPersonsNeeded();
    const made =
      cert === undefined
        ? await issueIntoFolder(options.pki ?? (await defaultFolder()), role, atEpochMs)
        : null;
    const certPem = made?.certPem ?? (await readGivenText(cert ?? ""));
    if (made !== null) say(`the new private key is ${made.keyFile}: keep it as safe as the old one`);
    if ((await makeChange(desk, rotationTo(ring, role, certPem), options)) === "only told") return;
    const replaced = activeOf(ring);
    const opened = (await map.shares()).filter(({ ski }) => replaced.some((key) => key.ski === ski));
    const old = replaced.map(({ certSha256 }) => shortKeyId(certSha256));
    for (const line of stepsAfter(old, opened, made?.certFile ?? cert ?? "")) say(line);
  });
}

/** What is left to do after a rotation, a line each. */
function stepsAfter(
  old: readonly string[],
  opened: readonly { readonly segments: number; readonly taps: number }[],
  certFile: string,
): string[] {
  const sum = (of: "segments" | "taps"): number => opened.reduce((total, share) => total + share[of], 0);
  const what = `${count(sum("segments"), "segment")} with ${count(sum("taps"), "tap")}`;
  return [
    "What is left to do:",
    `1. Keep the old private key where commands look for keys: it opens ${what}.`,
    "2. Where you set the workers' TAPLINE_RECIPIENTS yourself, put the new certificate in the old one's place.",
    `3. To do without the old key one day: tapline archive rewrap --to ${certFile} --reason … gives old objects the new key, too;`,
    `   then tapline key retire ${old.join(" ")} --reason … which is refused as long as only the old key opens something.`,
  ];
}

async function defaultFolder(): Promise<string> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  if (dataDir !== undefined) return join(dataDir, "pki");
  throw new TaplineError("invalid-input", "no PKI folder is known", {
    remedy: "Give --pki DIR, or the successor's certificate by --cert FILE.",
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
