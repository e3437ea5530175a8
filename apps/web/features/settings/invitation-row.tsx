"use client";

import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { InvitationView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/invitation-row.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { sitesNamed } from "./sites-choice.tsx";
import { Tag } from "./tag.tsx";

/** Somebody who was asked to come, and has not yet. */
export function InvitationRow({
  invitation,
  onWithdraw,
}: {
  invitation: InvitationView;
  onWithdraw: () => void;
}) {
  const { name, email, role, sites, expiresAtEpochMs } = invitation;
  const zone = useTimeZone();
  return (
    <li
      aria-label={strings.invitationOfName({ name })}
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm"
    >
      <div className="min-w-0">
        <p className="font-medium [overflow-wrap:anywhere]">
          {name} <span className="font-normal text-ink-soft">{strings.invitedAsRole({ role })}</span>
          {sites === null ? null : <Tag>{sitesNamed(sites)}</Tag>}
        </p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">{email}</p>
        <p className="text-xs text-ink-faint">
          {rich(strings.theLinkWorksOnceUntil, {
            time: <span className="age">{formatDayTime(expiresAtEpochMs, zone, serverNow())}</span>,
          })}
        </p>
      </div>
      <Button kind="outline" onClick={onWithdraw}>
        {rich(strings.withdrawName, {
          name: <span className="sr-only"> {strings.theInvitationOfName({ name })}</span>,
        })}
      </Button>
    </li>
  );
}
