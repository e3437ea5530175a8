"use client";

import { ago } from "../../client/ago.ts";
import { NoList, Unread } from "../../client/list-states.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useNow } from "../../client/use-now.ts";
import { useShifts } from "../../client/use-releases.ts";
import type { ShiftView } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/history.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { openPane } from "../../ui/open-pane.tsx";
import { OptionList } from "../../ui/option-list.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { standOf, wayWords } from "./release-words.ts";
import { ShiftParts } from "./shift-parts.tsx";
import { historyAddress } from "./view.ts";

/** Each shift that was and is, how it came to its end and on what evidence. */
export function History() {
  const { view, change } = useAddressView(historyAddress);
  const list = useShifts();
  useNow(1_000);
  const ids = list.items.map(({ id }) => String(id));
  const cursor = useListCursor(strings.historyOfReleases, "shift", ids, { open: view.open, change });
  const open = list.items.find(({ id }) => String(id) === view.open);
  const close = () => change({ open: null });
  return (
    <div data-stale={list.isFailed} className="flex flex-1 flex-col">
      <h1 className="mb-3 text-lg font-semibold tracking-tight">{strings.historyOfReleases}</h1>
      {list.isFailed && list.items.length > 0 ? (
        <Unread what={strings.history} heardEpochMs={list.heardEpochMs} />
      ) : null}
      <WithSidePane
        name={strings.theOpenShift}
        list={
          <Card aria-label={strings.listOfShifts} className="flex min-h-0 flex-col overflow-hidden">
            {list.items.length > 0 ? (
              <ShiftList
                shifts={list.items}
                cursor={cursor.index}
                onMove={cursor.moveTo}
                onOpen={(id) => change({ open: id })}
                onEnd={list.hasMore ? list.loadMore : undefined}
              />
            ) : (
              <NoList
                what={strings.shifts}
                list={list}
                isNarrowed={false}
                onEnd={list.loadMore}
                meanwhile={strings.releasesGoOnWithoutThe}
                empty={
                  <EmptyFrame title={strings.noServiceWasLedTo}>{strings.eachWayThereAndBack}</EmptyFrame>
                }
              />
            )}
          </Card>
        }
        pane={openPane(
          { id: view.open, item: open, isAnswered: list.isAnswered, isFailed: list.isFailed, onClose: close },
          {
            title: (id) => strings.shiftId({ id }),
            unknown: list.hasMore ? strings.itIsNotAmongTheNewest : strings.noShiftHasThisNumber,
          },
          (shift) => (
            <PaneFrame
              kind={standOf(shift.state).words}
              isCalling={standOf(shift.state).isCalling}
              title={`${shift.service}: ${wayWords(shift)}`}
              under={strings.shiftIdKind({
                id: shift.id,
                kind: shift.kind === "return" ? strings.aWayBack : "",
              })}
              onClose={close}
            >
              <ShiftParts shift={shift} names={list.names} />
            </PaneFrame>
          ),
        )}
      />
    </div>
  );
}

const columns = cn(
  "grid-cols-[minmax(0,1fr)_6rem]",
  "@2xl:grid-cols-[7rem_minmax(0,1.5fr)_minmax(0,1fr)_6rem]",
);
const wide = "@max-2xl:hidden";

function ShiftList({
  shifts,
  cursor,
  onMove,
  onOpen,
  onEnd,
}: {
  shifts: readonly ShiftView[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
  onEnd: (() => void) | undefined;
}) {
  return (
    <OptionList
      name={strings.shiftsName}
      ids={shifts.map(({ id }) => String(id))}
      {...{ cursor, onMove, onOpen, onEnd, columns }}
      head={
        <>
          <span className={wide}>{strings.service}</span>
          <span>{strings.way}</span>
          <span className={wide}>{strings.howItStands}</span>
          <span className="text-right">{strings.begun}</span>
        </>
      }
    >
      {(index) => {
        const shift = shifts[index];
        if (shift === undefined) return null;
        const { words, isCalling } = standOf(shift.state);
        return (
          <>
            <p className={cn("truncate text-sm font-medium", wide)}>{shift.service}</p>
            <div className="min-w-0">
              <p className="truncate text-sm">{wayWords(shift)}</p>
              <p className="truncate text-xs text-ink-faint">{shift.state.why}</p>
            </div>
            <p
              className={cn(
                "truncate text-sm",
                wide,
                isCalling ? "font-medium text-warning" : "text-ink-soft",
              )}
            >
              {words}
            </p>
            <p className="age truncate text-right text-xs text-ink-soft">
              {ago(shift.startedAtEpochMs, serverNow())}
            </p>
          </>
        );
      }}
    </OptionList>
  );
}
