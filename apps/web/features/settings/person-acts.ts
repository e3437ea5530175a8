import { apiClient } from "../../client/api.ts";
import type { PersonView } from "../../contracts/people.ts";

/** What an admin does to somebody else's account. */
export type PersonAct = "role" | "password" | "disable" | "enable" | "reset" | "sessions" | "remove";

/** What can be done to a person as they stand. */
export function actsFor(person: PersonView): PersonAct[] {
  if (person.disabled) return ["enable", "remove"];
  return [
    "role",
    "password",
    ...(person.sessions.length > 0 ? (["sessions"] as const) : []),
    ...(person.secondFactor || person.passkeys > 0 ? (["reset"] as const) : []),
    "disable",
  ];
}

export const actNames: Record<PersonAct, string> = {
  role: "Change role",
  password: "Set password",
  disable: "Disable",
  enable: "Enable",
  reset: "Reset second factor",
  sessions: "Sign out everywhere",
  remove: "Remove",
};

const times = (count: number, one: string, many: string): string => (count === 1 ? one : `${count} ${many}`);

/** What an act will do, as sentences. */
export function effectsOf(act: PersonAct, { name, role, sessions }: PersonView): string[] {
  const given =
    role === "admin"
      ? [`API tokens that ${name} made end with the role of an admin, as do invitations that wait.`]
      : [];
  const ended = times(sessions.length, "The session that stands ends", "sessions end");
  switch (act) {
    case "role":
      return [
        `What ${name} may do changes at once; open pages are loaded anew.`,
        "Notifications in browsers end for viewers.",
        ...given,
      ];
    case "disable":
      return [
        sessions.length === 0 ? `${name} is not signed in now.` : `${ended} at once.`,
        `${name} signs in no more until an admin enables the account. Nothing that ${name} did is lost.`,
        ...given,
      ];
    case "enable":
      return [`${name} signs in again by the password of before, with the role of before.`];
    case "reset":
      return [
        `The password alone signs ${name} in until another app is enrolled: make sure that it is ${name} who asks.`,
        "Backup codes and passkeys are worth nothing any more.",
      ];
    case "password":
      return [
        `The password of before is worth nothing any more: make sure that it is ${name} who asks.`,
        sessions.length === 0 ? `${name} is not signed in now.` : `${ended} at once.`,
        `Tell ${name} the new one by a way that you trust, to be changed at the first sign-in.`,
      ];
    case "remove":
      return [
        "The account is taken away, and cannot be brought back; whoever has it anew needs an invitation.",
        `What ${name} did stays in the audit log, by an id that no name belongs to any more.`,
      ];
    case "sessions":
      return [`${ended} at once; ${name} may sign in again.`];
  }
}

type Guarded = { id: string; reason: string; password: string };

/** Does all but what needs more: a change of role, a password. */
export const runs: Record<Exclude<PersonAct, "role" | "password">, (given: Guarded) => Promise<unknown>> = {
  disable: (given) => apiClient.people.disable.mutate(given),
  enable: (given) => apiClient.people.enable.mutate(given),
  reset: (given) => apiClient.people.resetSecondFactor.mutate(given),
  sessions: (given) => apiClient.people.endSessions.mutate(given),
  remove: (given) => apiClient.people.remove.mutate(given),
};
