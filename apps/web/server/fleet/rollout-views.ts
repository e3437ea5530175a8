import type { AuditEntries } from "@tapline/adapters/prisma";
import type { FleetStore, FleetTrack } from "@tapline/adapters/prisma/fleet";
import type { RolloutBoard, RolloutTrack } from "../../contracts/rollouts.ts";
import { fromPostgres } from "../from-stores.ts";

const mostActs = 12;

export interface RolloutSources {
  fleet: Pick<FleetStore, "revisions" | "tracks">;
  audit: Pick<AuditEntries, "page">;
  /** The names of people, by their ids. */
  names: (ids: readonly string[]) => Promise<Record<string, string>>;
}

/** All that is rolled out, and can be, as the console shows it. */
export async function readRollouts(
  { fleet, audit, names }: RolloutSources,
  nowEpochMs: number,
): Promise<RolloutBoard> {
  const withActs = async (track: FleetTrack): Promise<RolloutTrack> => {
    if (track.rollout === null) return { ...track, acts: [] };
    const { entries: acts } = await audit.page({ subject: `rollout/${track.rollout.id}` }, mostActs);
    return { ...track, acts };
  };
  const [found, revisions] = await fromPostgres(Promise.all([fleet.tracks(nowEpochMs), fleet.revisions()]));
  const tracks = await fromPostgres(Promise.all(found.map(withActs)));
  const people = [
    ...tracks.flatMap(({ acts }) => acts.map(({ actor }) => actor.id)),
    ...revisions.map(({ madeBy }) => madeBy),
  ];
  return { tracks, revisions, names: await names([...new Set(people)]) };
}
