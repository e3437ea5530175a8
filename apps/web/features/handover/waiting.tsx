"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatDayTime } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayOperate, useViewerId } from "../../client/viewer.tsx";
import type { HandoverPicture, HandoverView } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/waiting.ts";
import { Button } from "../../ui/button.tsx";
import { changesOf } from "./changes.ts";

const SignDialog = dynamic(
  () => loadPart(() => import("./sign-dialog.tsx")).then((part) => part.SignDialog),
  {
    ssr: false,
  },
);
const WithdrawDialog = dynamic(
  () => loadPart(() => import("./withdraw-dialog.tsx")).then((part) => part.WithdrawDialog),
  { ssr: false },
);

/** A handover that waits for its signature: what who leaves says, and what each of the two can do. */
export function Waiting({
  handover,
  picture,
  names,
}: {
  handover: HandoverView;
  /** As everything stands now. */
  picture: HandoverPicture;
  names: Record<string, string>;
}) {
  const zone = useTimeZone();
  const viewerId = useViewerId();
  const mayOperate = useMayOperate();
  const [asked, setAsked] = useState<"sign" | "withdraw" | null>(null);
  const time = formatDayTime(handover.submittedAtEpochMs, zone, serverNow());
  const isOwn = handover.submittedBy === viewerId;
  const who = names[handover.submittedBy] ?? strings.somebodyWhoIsGone;
  const { marks, gone, newActs } = changesOf(handover.picture, picture);
  const changed = marks.size + gone.length + newActs;
  return (
    <div className="rounded-md border border-line-strong p-4">
      <p role="status" className="text-sm font-medium">
        {isOwn ? strings.youHandedOver({ time }) : strings.whoHandsOver({ who, time })}
      </p>
      <p className="mt-2 border-l-2 border-line pl-3 text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
        {handover.note === "" ? strings.noNote : handover.note}
      </p>
      <p className="mt-2 text-xs text-ink-soft print:text-ink">
        {strings.changedSinceSubmitted({ changed })}
      </p>
      {mayOperate ? (
        <div className="mt-3 flex flex-wrap gap-2 print:hidden">
          {isOwn ? null : (
            <Button kind="primary" className="h-9" onClick={() => setAsked("sign")}>
              {strings.takeOver}
            </Button>
          )}
          <Button kind="outline" onClick={() => setAsked("withdraw")}>
            {strings.withdraw}
          </Button>
        </div>
      ) : (
        <p className="mt-2 text-xs text-ink-faint print:hidden">{strings.takingOverNeedsTheRole}</p>
      )}
      {asked === "sign" ? (
        <SignDialog {...{ handover, who, changed }} onClose={() => setAsked(null)} />
      ) : null}
      {asked === "withdraw" ? <WithdrawDialog {...{ handover }} onClose={() => setAsked(null)} /> : null}
    </div>
  );
}
