import { apiClient } from "../../client/api.ts";
import type { PersonView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/person-acts.ts";

/** What an admin does to somebody else's account. */
export type PersonAct =
  | "role"
  | "scope"
  | "password"
  | "disable"
  | "enable"
  | "reset"
  | "sessions"
  | "remove";

/** What can be done to a person as they stand. */
export function actsFor(person: PersonView): PersonAct[] {
  if (person.disabled) return ["enable", "remove"];
  return [
    "role",
    ...(person.role === "admin" ? [] : (["scope"] as const)),
    "password",
    ...(person.sessions.length > 0 ? (["sessions"] as const) : []),
    ...(person.secondFactor || person.passkeys > 0 ? (["reset"] as const) : []),
    "disable",
  ];
}

export const actNames: Record<PersonAct, string> = {
  role: strings.changeRole,
  scope: strings.changeSites,
  password: strings.setPassword,
  disable: strings.disable,
  enable: strings.enable,
  reset: strings.resetSecondFactor,
  sessions: strings.signOutEverywhere,
  remove: strings.remove,
};

const times = (count: number, one: string, many: string): string => (count === 1 ? one : `${count} ${many}`);

/** What an act will do, as sentences. */
export function effectsOf(act: PersonAct, { name, role, sessions }: PersonView): string[] {
  const given = role === "admin" ? [strings.apiTokensThatNameMade({ name })] : [];
  const ended = times(sessions.length, strings.theSessionThatStandsEnds, strings.sessionsEnd);
  switch (act) {
    case "role":
      return [strings.whatNameMayDoChanges({ name }), strings.notificationsInBrowsersEndFor, ...given];
    case "scope":
      return [
        strings.whatNameSeesChangesAt({ name }),
        strings.whoeverSeesSomeSitesOnly,
        strings.notificationsInBrowsersEndWith,
      ];
    case "disable":
      return [
        sessions.length === 0 ? strings.nameIsNotSignedIn({ name }) : strings.endedAtOnce({ ended }),
        strings.nameSignsInNoMore({ name }),
        ...given,
      ];
    case "enable":
      return [strings.nameSignsInAgainBy({ name })];
    case "reset":
      return [strings.thePasswordAloneSignsName({ name }), strings.backupCodesAndPasskeysAre];
    case "password":
      return [
        strings.thePasswordOfBeforeIs({ name }),
        sessions.length === 0 ? strings.nameIsNotSignedIn({ name }) : strings.endedAtOnce({ ended }),
        strings.tellNameTheNewOne({ name }),
      ];
    case "remove":
      return [strings.theAccountIsTakenAway, strings.whatNameDidStaysIn({ name })];
    case "sessions":
      return [strings.endedAtOnceNameMay({ ended, name })];
  }
}

type Guarded = { id: string; reason: string; password: string };

/** Does all but what needs more: a change of role or sites, a password. */
export const runs: Record<
  Exclude<PersonAct, "role" | "scope" | "password">,
  (given: Guarded) => Promise<unknown>
> = {
  disable: (given) => apiClient.people.disable.mutate(given),
  enable: (given) => apiClient.people.enable.mutate(given),
  reset: (given) => apiClient.people.resetSecondFactor.mutate(given),
  sessions: (given) => apiClient.people.endSessions.mutate(given),
  remove: (given) => apiClient.people.remove.mutate(given),
};
