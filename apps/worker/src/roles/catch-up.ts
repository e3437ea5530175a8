import type { ReadBacks, Turns } from "@tapline/adapters/prisma";
import type { Logger } from "pino";
import { type CatchUpParts, catchUpArchive } from "../jobs/catch-up-archive.ts";
import type { ReadBackNotes } from "../jobs/read-back-notes.ts";
import { type Role, repeat } from "./role.ts";

export type CatchUpRoleParts = Omit<CatchUpParts, "onFault"> & {
  readonly turns: Pick<Turns, "take">;
  readonly readBackNotes: ReadBackNotes;
  readonly readBacks: Pick<ReadBacks, "note">;
  readonly log: Pick<Logger, "info" | "warn">;
};

const idleMs = 15_000;
const noteEveryMs = 5_000;
const sweepEveryMs = 24 * 3_600_000;
const dayMs = 24 * 3_600_000;
/** Days whose folders are looked through for uploads that nobody finished. */
const sweepDays = 31;
/** No upload takes so long: who wrote it was killed. */
const abandonedAfterMs = 24 * 3_600_000;

/** Brings every archive to what it should hold, and removes what killed uploads left. One task at a time. */
export function startCatchUp(parts: CatchUpRoleParts): Role {
  const { log } = parts;
  const onFault: CatchUpParts["onFault"] = (task, err) =>
    log.warn({ err, ...task }, "an archive could not be brought level in one segment; it is tried again");
  const copying = repeat(
    async () => ((await catchUpArchive({ ...parts, onFault })) ? 0 : idleMs),
    (error) => log.warn({ err: error }, "archives could not be compared with the index"),
    idleMs,
  );
  const sweeping = repeat(
    async () => {
      await sweep(parts);
      return sweepEveryMs / 24;
    },
    (error) => log.warn({ err: error }, "unfinished uploads could not be looked for"),
    idleMs,
  );
  const noting = repeat(
    async () => {
      await parts.readBackNotes.flush(parts.readBacks);
      return noteEveryMs;
    },
    (error) => log.warn({ err: error }, "what was read back could not be noted yet"),
    noteEveryMs,
  );
  return {
    stop: async () => {
      await Promise.all([copying.stop(), sweeping.stop(), noting.stop()]);
      await parts.readBackNotes.flush(parts.readBacks).catch(() => undefined);
    },
  };
}

async function sweep({ archives, turns, clock, log }: CatchUpRoleParts): Promise<void> {
  const days = Array.from({ length: sweepDays }, (_, ago) => dayOf(clock() - ago * dayMs));
  for (const { name, archive } of archives.targets) {
    if (archive.isResting || !(await turns.take(`parts.${name}`, sweepEveryMs))) continue;
    const removed = await archive.removeOldParts(days, abandonedAfterMs);
    if (removed > 0)
      log.info({ archive: name, removed }, "files of uploads that nobody finished were removed");
  }
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10).replaceAll("-", "/");
}
