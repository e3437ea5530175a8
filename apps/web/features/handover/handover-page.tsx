"use client";

import { Printer } from "lucide-react";
import { formatDayTime, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useHandoverNow } from "../../client/use-handover.ts";
import { useNow } from "../../client/use-now.ts";
import type { HandoverNow } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/handover-page.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { changesOf } from "./changes.ts";
import { Picture } from "./picture.tsx";
import { Records } from "./records.tsx";
import { SubmitForm } from "./submit-form.tsx";
import { Waiting } from "./waiting.tsx";

/** The shift as it stands, to be handed over by one person and taken over by another; and those of before. */
export function HandoverPage() {
  const { now, isFailed, heardEpochMs } = useHandoverNow();
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-1 flex-col gap-3" data-stale={isFailed}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.shiftHandover}</h1>
        <Button kind="outline" className="print:hidden" onClick={() => window.print()}>
          <Printer aria-hidden className="size-4" /> {strings.print}
        </Button>
      </div>
      {isFailed ? <Unread heardEpochMs={heardEpochMs} /> : null}
      {now === undefined ? isFailed ? null : <Loading /> : <Shift now={now} />}
      <Records />
    </div>
  );
}

function Shift({ now }: { now: HandoverNow }) {
  const zone = useTimeZone();
  const { picture, waiting, names } = now;
  return (
    <Card aria-label={strings.thisShift} className="space-y-5 p-5 print:border-0 print:p-0">
      <p className="age text-sm text-ink-soft print:text-ink">
        {strings.sinceTimeAsItStands({
          time: formatDayTime(picture.sinceEpochMs, zone, serverNow()),
          time2: formatDayTime(picture.atEpochMs, zone, serverNow(), true),
        })}
      </p>
      {waiting === null ? <SubmitForm /> : <Waiting {...{ handover: waiting, picture, names }} />}
      <Picture
        {...{ picture, names }}
        {...(waiting === null ? {} : { changes: changesOf(waiting.picture, picture) })}
      />
    </Card>
  );
}

function Unread({ heardEpochMs }: { heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice tone="warning" title={strings.theShiftCouldNotBe}>
        {heardEpochMs === 0
          ? strings.howItStandsIsNot
          : strings.whatIsShownIsWhat({ span: formatSpan(nowEpochMs - heardEpochMs) })}
      </Notice>
    </div>
  );
}

function Loading() {
  return (
    <Card className="space-y-4 p-5" aria-busy>
      <span className="sr-only">{strings.loadingTheShift}</span>
      {["a", "b", "c", "d"].map((key) => (
        <Skeleton key={key} className="h-4 w-2/3" />
      ))}
    </Card>
  );
}
