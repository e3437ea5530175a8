import { readFile } from "node:fs/promises";
import { daysLeft, judgeRing, warningOf } from "@tapline/core/encryption";
import { messageOf } from "@tapline/core/kernel";
import { collectEndings, watchedFiles } from "../keys/collect-endings.ts";
import { certificateFiles } from "./certificate-files.ts";
import { count } from "./count.ts";
import { withKeys } from "./key-command.ts";
import { readGivenText } from "./read-given.ts";

export async function check(): Promise<void> {
  const settings = await certificateFiles();
  const ring = await withKeys((keys) => keys.ring.read());
  const nowEpochMs = Date.now();
  let isDue = false;
  const { endings, unreadable } = await collectEndings(watchedFiles(settings), ring, (path) =>
    readFile(path, "utf8"),
  );
  for (const ending of endings) {
    const warning = warningOf(ending, nowEpochMs);
    isDue ||= warning !== null;
    const left = `${count(daysLeft(ending, nowEpochMs), "day")} left`;
    say(
      [
        left.padStart(16),
        (warning === null ? "" : "DUE").padEnd(3),
        ending.what.padEnd(18),
        ending.subject,
      ].join("  "),
    );
  }
  for (const { what, error } of unreadable) say(`cannot be read: ${what}: ${messageOf(error)}`);
  isDue ||= unreadable.length > 0;
  if (settings.TAPLINE_TRUST === undefined)
    say(
      "whether the ring is believed is not known: TAPLINE_TRUST is not set, and no private folder .tapline was found",
    );
  else {
    const trust = await readGivenText(settings.TAPLINE_TRUST);
    const chainPems = await Promise.all((settings.TAPLINE_SIGNER_CHAIN ?? []).map(readGivenText));
    const pins = new Set(settings.TAPLINE_RECIPIENT_PINS);
    const { recipients, refused } = judgeRing(ring, { rootPems: [trust], crlPems: [trust], chainPems, pins });
    for (const { key, why } of refused) say(`NOT BELIEVED: ${key.subject}: ${why}`);
    say(
      `new objects are encrypted to: ${recipients.map(({ subject }) => subject).join("; ") || "nobody, segments wait"}`,
    );
    isDue ||= refused.length > 0;
  }
  if (isDue) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
