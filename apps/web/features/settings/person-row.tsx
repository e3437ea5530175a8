"use client";

import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { PersonView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/person-row.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { actNames, actsFor, type PersonAct } from "./person-acts.ts";
import { sitesNamed } from "./sites-choice.tsx";
import { Tag } from "./tag.tsx";

/** Somebody who has an account, and what may be done to it. */
export function PersonRow({
  person,
  isYou,
  onAct,
}: {
  person: PersonView;
  isYou: boolean;
  onAct: (act: PersonAct) => void;
}) {
  const { name, email, role, sites, disabled, secondFactor, passkeys, sessions } = person;
  const zone = useTimeZone();
  const last = person.lastSignInEpochMs;
  return (
    <li
      aria-label={name}
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm"
    >
      <div className="min-w-0">
        <p className="font-medium [overflow-wrap:anywhere]">
          {name} <span className="font-normal text-ink-soft">{role}</span>
          {isYou ? <Tag>{strings.you}</Tag> : null}
          {sites === null ? null : <Tag>{sitesNamed(sites)}</Tag>}
          {disabled ? <Tag>{strings.disabled}</Tag> : null}
        </p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">{email}</p>
        <p className="text-xs text-ink-faint">
          {rich(strings.secondFactorSecondFactorPasskeys, {
            secondFactor: secondFactor ? strings.on : strings.off,
            passkeys: passkeysOf(passkeys),
            last:
              last === null
                ? strings.neverSignedIn
                : rich(strings.lastSignInTime, {
                    time: (
                      <span className="age whitespace-nowrap">{formatDayTime(last, zone, serverNow())}</span>
                    ),
                  }),
            sessions: sessions.length === 0 ? strings.notSignedInNow : sessionsOf(sessions.length),
          })}
        </p>
      </div>
      {isYou ? null : (
        <div className="flex flex-wrap gap-1.5">
          {actsFor(person).map((act) => (
            <Button key={act} kind="outline" onClick={() => onAct(act)}>
              {actNames[act]}…<span className="sr-only"> {name}</span>
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}

const passkeysOf = (count: number): string => (count === 0 ? strings.noPasskey : strings.passkeys({ count }));

const sessionsOf = (count: number): string => strings.sessions({ count });
