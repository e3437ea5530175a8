"use client";

import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { PersonView } from "../../contracts/people.ts";
import { Button } from "../../ui/button.tsx";
import { actNames, actsFor, type PersonAct } from "./person-acts.ts";

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
  const { name, email, role, disabled, secondFactor, passkeys, sessions } = person;
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
          {isYou ? <Tag>you</Tag> : null}
          {disabled ? <Tag>disabled</Tag> : null}
        </p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">{email}</p>
        <p className="text-xs text-ink-faint">
          Second factor {secondFactor ? "on" : "off"}; {passkeysOf(passkeys)};{" "}
          {last === null ? (
            "never signed in"
          ) : (
            <>
              last sign-in <span className="age">{formatDayTime(last, zone, serverNow())}</span>
            </>
          )}
          ; {sessions.length === 0 ? "not signed in now" : sessionsOf(sessions.length)}
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

const passkeysOf = (count: number): string =>
  count === 0 ? "no passkey" : count === 1 ? "1 passkey" : `${count} passkeys`;

const sessionsOf = (count: number): string => (count === 1 ? "1 session" : `${count} sessions`);

function Tag({ children }: { children: string }) {
  return (
    <span className="ml-2 rounded border border-line-strong px-1.5 py-px text-xs font-normal text-ink-soft">
      {children}
    </span>
  );
}
