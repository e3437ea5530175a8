import type { EndingLog, KeyRing } from "@tapline/adapters/keys";
import { daysLeft, warningOf } from "@tapline/core/encryption";
import type { Logger } from "pino";
import { collectEndings, type WatchedFiles } from "../keys/collect-endings.ts";
import { type Role, repeat } from "./role.ts";

export type WatchEndingsParts = {
  readonly ring: Pick<KeyRing, "read">;
  readonly endings: Pick<EndingLog, "keep" | "tell">;
  readonly files: WatchedFiles;
  readonly read: (path: string) => Promise<string>;
  /** So old the archive's key becomes; 0: it is rotated on purpose alone. */
  readonly rotateAfterDays: number;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "error">;
};

const lookEveryMs = 600_000;
const afterErrorMs = 60_000;

/** Tells ahead, and once for each threshold, of certificates and revocation lists that end. Any number may run. */
export function watchEndings(parts: WatchEndingsParts): Role {
  const watching = repeat(
    async () => {
      await lookAtEndings(parts);
      return lookEveryMs;
    },
    (error) => parts.log.error({ err: error }, "certificates could not be watched"),
    afterErrorMs,
  );
  return { stop: () => watching.stop() };
}

export async function lookAtEndings({
  ring,
  endings,
  files,
  read,
  rotateAfterDays,
  clock,
  log,
}: WatchEndingsParts): Promise<void> {
  const found = await collectEndings(files, await ring.read(), read);
  await endings.keep({
    ...{ atEpochMs: clock(), endings: found.endings, rotateAfterDays },
    unreadable: found.unreadable.map(({ what }) => what),
  });
  for (const { what, error } of found.unreadable)
    log.error({ err: error, what }, "a certificate that the installation relies on cannot be read");
  for (const ending of found.endings) {
    const warning = warningOf(ending, clock());
    if (warning === null || !(await endings.tell(ending, warning, clock()))) continue;
    const facts = { what: ending.what, subject: ending.subject, daysLeft: daysLeft(ending, clock()) };
    log[warning <= 7 ? "error" : "warn"](
      facts,
      "ends soon: renew it as docs/operations.md says (Certificates)",
    );
  }
}
