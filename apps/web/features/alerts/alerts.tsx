"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { memo, useRef, useState } from "react";
import { useAlertCounts, useAlertList } from "../../client/use-alerts.ts";
import { useStable } from "../../client/use-stable.ts";
import type { AlertFilter } from "../../contracts/alerts.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { Notice } from "../../ui/notice.tsx";
import { AlertPane } from "./alert-detail.tsx";
import { AlertList } from "./alert-list.tsx";
import { AskDialog, type Asked } from "./ask-dialog.tsx";
import { totalFor } from "./counts.ts";
import { FilterBar } from "./filter-bar.tsx";
import { ListFoot } from "./list-foot.tsx";
import { EmptyList, ListSkeleton } from "./list-states.tsx";
import { NotifyButton } from "./notify-button.tsx";
import { StaleFrame } from "./stale-frame.tsx";
import { UnrecordedNotice } from "./unrecorded-notice.tsx";
import { useActs } from "./use-acts.ts";
import { useAlertKeys } from "./use-alert-keys.ts";
import { useListState } from "./use-list-state.ts";
import { useNotes } from "./use-notes.ts";

const noGroups = {};

// An alert that arrives changes the list: what stands beside it is not drawn anew.
const [Pane, Filters] = [memo(AlertPane), memo(FilterBar)];

/** All alerts, what calls first; one of them whole beside the list; and what can be done about them. */
export function Alerts() {
  const [filter, setFilter] = useState<AlertFilter>({ view: "open" });
  const { counts } = useAlertCounts();
  const list = useAlertList(filter);
  const state = useListState(list.alerts);
  const acts = useActs();
  const notes = useNotes();
  const [asked, setAsked] = useState<{ what: Asked; alerts: readonly Alert[] } | null>(null);
  const textField = useRef<HTMLInputElement>(null);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const chosen = list.alerts.filter(({ id }) => state.marked.has(id));

  const actOn = (alerts: readonly Alert[], act: AlertAct) => {
    if (act.kind !== "note") state.moveOn(alerts);
    state.unmarkAll();
    acts.act(alerts, act);
  };
  useAlertKeys({
    ...{ state, chosen, notes, actOn, textField, noteField },
    ask: (what, alerts) => setAsked({ what, alerts }),
  });
  const onPane = {
    act: useStable((alert: Alert, act: AlertAct) => actOn([alert], act)),
    ask: useStable((what: Asked, alert: Alert) => setAsked({ what, alerts: [alert] })),
    showGroup: useStable((group: string) => setFilter({ view: filter.view, group })),
  };
  return (
    <StaleFrame>
      <Head />
      {acts.notice === null ? null : (
        <div role="alert">
          <Notice className="mb-3" {...acts.notice} onDismiss={acts.dismiss}>
            {acts.notice.text}
          </Notice>
        </div>
      )}
      <div className="relative min-h-96 flex-1">
        <div className="absolute inset-0 grid grid-rows-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_27rem]">
          <Card aria-label="List of alerts" className="flex min-h-0 flex-col overflow-hidden">
            <Filters {...{ filter, counts, textField }} onFilter={setFilter} />
            {list.alerts.length === 0 ? (
              list.isAnswered ? (
                <EmptyList
                  {...{ filter, counts }}
                  error={list.error}
                  onView={(view) => setFilter({ view })}
                />
              ) : (
                <ListSkeleton />
              )
            ) : (
              <AlertList
                {...{
                  alerts: list.alerts,
                  groupSizes: counts?.groupSizes ?? noGroups,
                  hasMore: list.hasMore,
                }}
                {...{ loadMore: list.loadMore, cursor: state.cursor, marked: state.marked }}
                {...{ onMove: state.moveTo, onOpen: state.open, onMark: state.mark }}
              />
            )}
            <ListFoot
              {...{ list, state, chosen, total: totalFor(counts, filter) }}
              onAcknowledge={() => actOn(chosen, { kind: "acknowledge", note: null })}
              onShelve={() => setAsked({ what: "shelve", alerts: chosen })}
            />
          </Card>
          <Card
            aria-label="The chosen alert"
            className={cn(
              "flex min-h-0 flex-col overflow-hidden",
              "max-lg:fixed max-lg:top-14 max-lg:right-0 max-lg:bottom-0 max-lg:left-18 max-lg:z-4 max-lg:rounded-none",
              // The navigation stands at the left, on a phone at the bottom, and stays at hand.
              "max-sm:bottom-14 max-sm:left-0",
              state.isPaneOpen ? "" : "max-lg:hidden",
            )}
          >
            <Pane
              {...{ alert: state.current, notes, noteField }}
              {...{ onAct: onPane.act, onAsk: onPane.ask, onGroup: onPane.showGroup }}
              onClose={state.closePane}
            />
          </Card>
        </div>
      </div>
      <AskDialog
        asked={asked?.what ?? null}
        alerts={asked?.alerts ?? []}
        onClose={() => setAsked(null)}
        onAct={(act) => asked !== null && actOn(asked.alerts, act)}
      />
    </StaleFrame>
  );
}

const Head = memo(function Head() {
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">Alerts</h1>
        <NotifyButton />
      </div>
      <UnrecordedNotice />
    </>
  );
});
