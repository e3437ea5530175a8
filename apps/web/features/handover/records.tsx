"use client";

import { useState } from "react";
import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useHandovers } from "../../client/use-handover.ts";
import type { HandoverView } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/records.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Notice } from "../../ui/notice.tsx";
import { changesOf } from "./changes.ts";
import { Picture } from "./picture.tsx";
import { SectionsOf } from "./section.tsx";

/** Handovers of before, the last first; each opens as it was kept. */
export function Records() {
  const { pages, isAnswered, isFailed, hasMore, loadMore } = useHandovers();
  const names = Object.assign({}, ...pages.map((page) => page.names)) as Record<string, string>;
  const over = pages
    .flatMap(({ handovers }) => handovers)
    .filter(({ signed, withdrawn }) => signed !== null || withdrawn !== null);
  return (
    <Card aria-label={strings.handoversOfBefore} className="print:hidden">
      <h2 className="border-b border-line px-5 py-3 text-sm font-semibold">{strings.handoversOfBefore}</h2>
      {isFailed ? (
        <Notice tone="warning" title={strings.theyCouldNotBeRead} className="m-3">
          {strings.itIsTriedAgainAll}
        </Notice>
      ) : null}
      {isAnswered && !isFailed && over.length === 0 ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{strings.noneYetTheFirstOne}</p>
      ) : null}
      <ul className="divide-y divide-line">
        {over.map((handover) => (
          <Record key={handover.id} {...{ handover, names }} />
        ))}
      </ul>
      {hasMore ? (
        <div className="border-t border-line px-4 py-2">
          <Button onClick={loadMore}>{strings.showMore}</Button>
        </div>
      ) : null}
    </Card>
  );
}

function Record({ handover, names }: { handover: HandoverView; names: Record<string, string> }) {
  const zone = useTimeZone();
  const [isOpen, setOpen] = useState(false);
  const { submittedAtEpochMs, submittedBy, note, signed, withdrawn, picture } = handover;
  const time = (epochMs: number) => formatDayTime(epochMs, zone, serverNow());
  const nameOf = (id: string) => names[id] ?? strings.somebodyWhoIsGone;
  return (
    <li className="px-5 py-3 text-sm">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="w-full text-left hover:underline"
      >
        <span className="font-medium">{time(submittedAtEpochMs)}</span> {nameOf(submittedBy)}
        {signed === null
          ? ""
          : strings.nameSignedTime({ name: nameOf(signed.by), time: time(signed.atEpochMs) })}
        {withdrawn === null
          ? ""
          : strings.withdrawnByNameReason({ name: nameOf(withdrawn.by), reason: withdrawn.reason })}
      </button>
      {note === "" ? null : (
        <p className="mt-1 whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">{note}</p>
      )}
      {signed === null || signed.note === null ? null : (
        <p className="mt-1 whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">
          {nameOf(signed.by)}: {signed.note}
        </p>
      )}
      {isOpen ? (
        <div className="mt-4">
          <SectionsOf value={`, ${time(submittedAtEpochMs)}`}>
            <Picture
              names={names}
              picture={signed?.picture ?? picture}
              {...(signed === null ? {} : { changes: changesOf(picture, signed.picture) })}
            />
          </SectionsOf>
        </div>
      ) : null}
    </li>
  );
}
