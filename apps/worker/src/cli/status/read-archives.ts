import type { HeardProcess } from "@tapline/adapters/redis";
import { SignsOfLife } from "@tapline/core/kpi";
import type { ArchivePlaces } from "../../wire/commands/open-archives.ts";
import { openArchiveLooks } from "../../wire/commands/status.ts";
import { placesOf } from "../archive-place.ts";
import { findArchiveServer } from "../find-stores.ts";
import { type Reachable, type Told, told } from "./standing.ts";

/**
 * How each archive stands: by a request of our own to its server, and by what the workers say, who notice more in their work.
 * @param withinMs so long a server may take to answer; a greeting is no answer
 */
export async function readArchives(
  dataDir: string | undefined,
  processes: Promise<Told<readonly HeardProcess[]>>,
  nowEpochMs: number,
  withinMs: number,
): Promise<readonly Reachable[]> {
  const places = await placesOf({}, dataDir);
  const served = await Promise.all(places.targets.map((target) => servedPlace(target, dataDir)));
  const { looks, close } = openArchiveLooks({ ...places, targets: served });
  try {
    const seen = await Promise.all(
      looks.map(async ({ name, look }, at) => {
        const answer = await told(look, withinMs);
        return seenAs(name, answer, "dir" in (served[at]?.place ?? {}));
      }),
    );
    const heard = await processes;
    return judged(seen, heard.is === "known" ? heard.value : [], nowEpochMs);
  } finally {
    // A server that is away is not waited for.
    void close().catch(() => undefined);
  }
}

type Target = ArchivePlaces["targets"][number];

/** Of the folder of a running `npm start` the server that serves it: that a disk can be read says nothing of its server. */
async function servedPlace(target: Target, dataDir: string | undefined): Promise<Target> {
  const server = "dir" in target.place && dataDir !== undefined ? await findArchiveServer(dataDir) : null;
  return { name: target.name, place: server ?? target.place };
}

function seenAs(name: string, answer: Told<void>, isFolder: boolean): Reachable {
  const none = { name, sinceEpochMs: null, awaySinceEpochMs: null };
  if (answer.is === "unknown") return { ...none, state: "away", why: answer.why };
  const why = "its folder is there; no server of it is known";
  return isFolder ? { ...none, state: "unknown", why } : { ...none, state: "answers", why: "" };
}

/** What was seen, and over it what those workers say that were heard of lately. */
export function judged(
  seen: readonly Reachable[],
  processes: readonly HeardProcess[],
  nowEpochMs: number,
): Reachable[] {
  const signs = new SignsOfLife();
  for (const { instance, agoMs, roles, awayArchives } of processes)
    signs.hear(instance, { roles: [...roles], awayArchives: [...awayArchives] }, nowEpochMs - agoMs);
  const away = new Map(signs.away(nowEpochMs).map((one) => [one.archive, one]));
  return seen.map((archive) => {
    const said = away.get(archive.name);
    return said === undefined
      ? archive
      : {
          ...archive,
          state: said.why === "misconfigured" ? "refuses" : "away",
          awaySinceEpochMs: said.sinceEpochMs,
          why: said.error ?? "the worker told no error",
        };
  });
}
