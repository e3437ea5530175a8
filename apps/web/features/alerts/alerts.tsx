"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import { memo, useMemo, useRef, useState } from "react";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import {
  type AlertList as Listed,
  useAlertCounts,
  useAlertDetail,
  useAlertList,
} from "../../client/use-alerts.ts";
import { usePeople } from "../../client/use-people.ts";
import { useStable } from "../../client/use-stable.ts";
import { useSites, useViewerId } from "../../client/viewer.tsx";
import type { AlertCounts, AlertFilter, AlertView } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/alerts.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { AlertPane } from "./alert-detail.tsx";
import { AlertList } from "./alert-list.tsx";
import type { Asked } from "./ask-dialog.tsx";
import { AskDialogs } from "./ask-dialogs.tsx";
import { totalFor } from "./counts.ts";
import { FilterBar } from "./filter-bar.tsx";
import { ListFoot } from "./list-foot.tsx";
import { EmptyList } from "./list-states.tsx";
import { NotifyButton } from "./notify-button.tsx";
import { StaleFrame } from "./stale-frame.tsx";
import { UnrecordedNotice } from "./unrecorded-notice.tsx";
import { useActs } from "./use-acts.ts";
import { useAlertKeys } from "./use-alert-keys.ts";
import { type ListState, useListState } from "./use-list-state.ts";
import { useNotes } from "./use-notes.ts";
import { alertsAddress, filterOf, usualView } from "./view.ts";

const noGroups = {};

// An alert that arrives changes the list: what stands beside it is not drawn anew.
const [Pane, Filters] = [memo(AlertPane), memo(FilterBar)];

/** All alerts, what calls first; one of them whole beside the list; and what can be done about them. */
export function Alerts() {
  const { view, change } = useAddressView(alertsAddress);
  const [viewerId, zone] = [useViewerId(), useTimeZone()];
  const filter = useMemo(() => filterOf(view, viewerId, zone), [view, viewerId, zone]);
  const { names } = usePeople();
  const { counts } = useAlertCounts();
  const list = useAlertList(filter);
  const linked = useAlertDetail(view.open).detail?.alert ?? null;
  const state = useListState(list.alerts, {
    ...{ id: view.open, alert: linked },
    set: (open) => change({ open }),
  });
  const acts = useActs();
  const notes = useNotes();
  const [asked, setAsked] = useState<{ what: Asked; alerts: readonly Alert[] } | null>(null);
  const textField = useRef<HTMLInputElement>(null);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const chosen = list.alerts.filter(({ id }) => state.marked.has(id));

  const actOn = (alerts: readonly Alert[], act: AlertAct) => {
    if (act.kind !== "note" && act.kind !== "assign") state.moveOn(alerts);
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
    change: useStable(change),
    showGroup: useStable((group: string) => change({ ...usualView, view: view.view, group })),
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
          <Card aria-label={strings.listOfAlerts} className="flex min-h-0 flex-col overflow-hidden">
            <Filters {...{ view, counts, textField }} onChange={onPane.change} />
            <ListBody
              {...{ list, state, filter, counts, names }}
              onView={(shown) => change({ ...usualView, view: shown })}
            />
            <ListFoot
              {...{ list, state, chosen, total: totalFor(counts, filter) }}
              onAcknowledge={() => actOn(chosen, { kind: "acknowledge", note: null })}
              onShelve={() => setAsked({ what: "shelve", alerts: chosen })}
            />
          </Card>
          <Card
            aria-label={strings.theChosenAlert}
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
      <AskDialogs
        asked={asked}
        onClose={() => setAsked(null)}
        onAct={(act) => asked !== null && actOn(asked.alerts, act)}
      />
    </StaleFrame>
  );
}

/** The list, or why there is none. */
function ListBody({
  list,
  state,
  filter,
  counts,
  names,
  onView,
}: {
  list: Listed;
  state: ListState;
  filter: AlertFilter;
  counts: AlertCounts | undefined;
  names: ReadonlyMap<string, string>;
  onView: (view: AlertView) => void;
}) {
  const { alerts, isAnswered, error, hasMore, loadMore } = list;
  if (alerts.length > 0)
    return (
      <AlertList
        {...{ alerts, hasMore, loadMore, names, groupSizes: counts?.groupSizes ?? noGroups }}
        {...{ cursor: state.cursor, marked: state.marked }}
        {...{ onMove: state.moveTo, onOpen: state.open, onMark: state.mark }}
      />
    );
  return isAnswered ? (
    <EmptyList {...{ filter, counts, error, onView }} />
  ) : (
    <ListSkeleton of={strings.alertsName} />
  );
}

const Head = memo(function Head() {
  const sites = useSites();
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.alerts}</h1>
        <NotifyButton />
      </div>
      {sites === null ? null : (
        <p className="mb-3 text-sm text-ink-soft">
          {strings.whatIsOfNoSiteIsNotTold({ sites: sites.join(", ") || strings.noSite })}
        </p>
      )}
      <UnrecordedNotice />
    </>
  );
});
