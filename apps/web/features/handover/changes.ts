import type { AlertLine, HandoverPicture } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/changes.ts";

/** What is other than it was: `new` is there that was not, `changed` stands otherwise; `gone` is there no more. */
export interface Changes {
  /** By the id of what they are of. */
  marks: ReadonlyMap<string, "new" | "changed">;
  /** In words. */
  gone: readonly string[];
  /** How many acts came since. */
  newActs: number;
}

export const noChanges: Changes = { marks: new Map(), gone: [], newActs: 0 };

interface Told {
  /** Unique among everything in a picture. */
  key: string;
  /** What is compared. */
  as: string;
  words: string;
}

/** What changed between two pictures of one shift. */
export function changesOf(before: HandoverPicture, now: HandoverPicture): Changes {
  const [were, are] = [before, now].map((picture) => new Map(toldIn(picture).map((one) => [one.key, one])));
  const marks = new Map<string, "new" | "changed">();
  for (const { key, as } of are?.values() ?? []) {
    const was = were?.get(key);
    if (was === undefined) marks.set(key, "new");
    else if (was.as !== as) marks.set(key, "changed");
  }
  const gone = [...(were?.values() ?? [])].filter(({ key }) => !are?.has(key)).map(({ words }) => words);
  return { marks, gone, newActs: Math.max(0, countActs(now) - countActs(before)) };
}

/** By these keys changes are found. */
export const keyOf = {
  alert: ({ id }: { id: string }) => strings.alertId({ id }),
  maintenance: ({ id }: { id: string }) => strings.maintenanceId({ id }),
  agent: ({ id }: { id: string }) => strings.agentId({ id }),
  archive: ({ archive }: { archive: string }) => strings.archiveArchive({ archive }),
};

function toldIn({ open, shelved, held, maintenance, agentsAway, archives }: HandoverPicture): Told[] {
  return [
    ...[...open, ...shelved, ...held].map(alertTold),
    ...maintenance.map((one) => ({
      ...{ key: keyOf.maintenance(one), as: "", words: strings.maintenanceReason({ reason: one.reason }) },
    })),
    ...agentsAway.map((one) => ({
      key: keyOf.agent(one),
      as: "",
      words: strings.agentIdIsBack({ id: one.id }),
    })),
    ...archives.map((one) => ({
      ...{ key: keyOf.archive(one), words: strings.archiveArchive({ archive: one.archive }) },
      as: one.awaySinceEpochMs === null ? "" : "away",
    })),
  ];
}

function alertTold(alert: AlertLine): Told {
  const { state, assignee, untilEpochMs, raisedAtEpochMs, message } = alert;
  return {
    key: keyOf.alert(alert),
    as: `${state} ${assignee} ${untilEpochMs} ${raisedAtEpochMs}`,
    words: message,
  };
}

function countActs({ acts }: HandoverPicture): number {
  return acts.reduce((sum, { acts: own }) => sum + own.length, 0);
}
