import { formatDayTime, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { KeyRequestView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/request-list.ts";
import { Button } from "../../ui/button.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";

const endWords = {
  approved: strings.approvedBy,
  cancelled: strings.cancelledBy,
  expired: strings.notApprovedInTime,
} as const;

/** What waits for a second person, and what became of the last ones. Nothing where there is none. */
export function RequestList({
  requests,
  onAsk,
}: {
  requests: readonly KeyRequestView[];
  onAsk: (asked: AskedAct) => void;
}) {
  const waiting = requests.filter(({ state }) => state === "waiting");
  const ended = requests.filter(({ state }) => state !== "waiting");
  if (requests.length === 0) return null;
  return (
    <Part title={strings.forASecondPerson}>
      {waiting.length === 0 ? <p className="text-ink-faint">{strings.nothingWaits}</p> : null}
      <ul className="space-y-3">
        {waiting.map((request) => (
          <Waiting key={request.id} {...{ request, onAsk }} />
        ))}
      </ul>
      {ended.length === 0 ? null : <Ended requests={ended} />}
    </Part>
  );
}

function Waiting({ request, onAsk }: { request: KeyRequestView; onAsk: (asked: AskedAct) => void }) {
  const mayAdminister = useMayAdminister();
  const { id, what, askedBy, isOwn, reason, expiresAtEpochMs, isOnOtherRing } = request;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium [overflow-wrap:anywhere]">
          <span aria-hidden className="text-info">
            ●{" "}
          </span>
          {what}
        </p>
        <p className="age mt-0.5 text-ink-soft">
          {strings.askedByAnotherAdminCan({
            askedBy: isOwn ? strings.youAsked : strings.askedByAsked({ askedBy }),
            span: formatSpan(expiresAtEpochMs - serverNow()),
          })}
        </p>
        {reason === null ? null : (
          <p className="mt-0.5 border-l-2 border-line pl-2 text-ink-soft [overflow-wrap:anywhere]">
            {reason}
          </p>
        )}
        {isOnOtherRing ? <p className="mt-0.5 text-ink-soft">{strings.theRingHasChangedSince}</p> : null}
      </div>
      {mayAdminister ? (
        <div className="flex gap-2">
          {isOwn ? null : (
            <Button kind="outline" onClick={() => onAsk({ act: "approve", request: { id, what } })}>
              {strings.lookAndApprove}
            </Button>
          )}
          <Button kind="outline" onClick={() => onAsk({ act: "cancel", request: { id, what } })}>
            {strings.cancel}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

function Ended({ requests }: { requests: readonly KeyRequestView[] }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  return (
    <ul className="mt-3 space-y-1 text-xs text-ink-faint">
      {requests.slice(0, 5).map(({ id, what, askedBy, state, endedBy, endedAtEpochMs, expiresAtEpochMs }) => (
        <li key={id} className="[overflow-wrap:anywhere]">
          {strings.whatEndEndedByAsked({
            what,
            end: state === "waiting" ? "" : endWords[state],
            endedBy: endedBy === null ? "" : ` ${endedBy}`,
            askedBy,
            time: formatDayTime(endedAtEpochMs ?? expiresAtEpochMs, zone, nowEpochMs),
          })}
        </li>
      ))}
    </ul>
  );
}
