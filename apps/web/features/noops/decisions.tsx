"use client";

import { X } from "lucide-react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { NoList, Unread } from "../../client/list-states.tsx";
import { useAddressView } from "../../client/use-address-view.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useDecisions, useNoops } from "../../client/use-noops.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/noops/decisions.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { Toggle } from "../../ui/toggle.tsx";
import { DecisionList } from "./decision-list.tsx";
import { DecisionPane } from "./decision-pane.tsx";
import { SwitchBar } from "./switch-bar.tsx";
import { useNoopsAsked } from "./use-noops-asked.tsx";
import { type DecisionsView, decisionShows, decisionsAddress, statesOf } from "./view.ts";

/** What NoOps decided, with its evidence and what came of it, and what waits for a person. */
export function Decisions() {
  const { view, change } = useAddressView(decisionsAddress);
  const { board } = useNoops();
  const states = statesOf[view.show];
  const list = useDecisions({
    ...(states === undefined ? {} : { states }),
    ...(view.rule === null ? {} : { rule: view.rule }),
  });
  const asking = useNoopsAsked();
  useNow(1_000);
  const ids = list.items.map(({ id }) => id);
  const stopping: Hotkey[] = [
    { keys: ["!"], does: strings.stopEverything, run: () => asking.ask({ act: "kill" }) },
  ];
  const cursor = useListCursor(
    strings.noOps,
    "decision",
    ids,
    { open: view.open, change },
    useMayOperate() ? stopping : [],
  );
  return (
    <div data-stale={list.isFailed} className="flex flex-1 flex-col">
      <SwitchBar title={strings.noOps} board={board} onAsk={asking.ask} />
      {asking.outcome}
      {list.isFailed && list.items.length > 0 ? (
        <Unread what={strings.decisions} heardEpochMs={list.heardEpochMs} />
      ) : null}
      <WithSidePane
        name={strings.theOpenDecision}
        list={
          <Card aria-label={strings.listOfDecisions} className="flex min-h-0 flex-col overflow-hidden">
            <ShowBar view={view} waiting={board?.waiting.length ?? 0} onChange={change} />
            {list.items.length > 0 ? (
              <DecisionList
                decisions={list.items}
                cursor={cursor.index}
                onMove={cursor.moveTo}
                onOpen={(open) => change({ open })}
                onEnd={list.hasMore ? list.loadMore : undefined}
              />
            ) : (
              <NoList
                what={strings.decisions}
                list={list}
                isNarrowed={view.show !== "acts" || view.rule !== null}
                onEnd={list.loadMore}
                meanwhile={strings.noOpsGoesOnWithout}
                empty={<NothingDone />}
              />
            )}
          </Card>
        }
        pane={
          view.open === null ? null : (
            <DecisionPane
              id={view.open}
              onClose={() => change({ open: null })}
              onAsk={asking.ask}
              onOpen={(open) => change({ open })}
            />
          )
        }
      />
      {asking.dialog}
    </div>
  );
}

const showNames = {
  acts: strings.acts,
  waiting: strings.waiting,
  refused: strings.refused,
  all: strings.all,
} as const;

function ShowBar({
  view,
  waiting,
  onChange,
}: {
  view: DecisionsView;
  waiting: number;
  onChange: (given: Partial<DecisionsView>) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{strings.whichDecisions}</legend>
        {decisionShows.map((show) => (
          <Toggle key={show} isOn={view.show === show} onClick={() => onChange({ show })}>
            {showNames[show]}
            {show === "waiting" && waiting > 0 ? (
              <span className="figure text-xs text-warning">
                <span aria-hidden>▲ </span>
                {waiting}
              </span>
            ) : null}
          </Toggle>
        ))}
      </fieldset>
      {view.rule === null ? null : (
        <Button kind="outline" className="ml-auto h-8" onClick={() => onChange({ rule: null })}>
          {strings.ruleRule({ rule: view.rule })}
          <X aria-label={strings.anyRule} className="size-4" />
        </Button>
      )}
    </div>
  );
}

function NothingDone() {
  return <EmptyFrame title={strings.noOpsHasDoneNothing}>{strings.itsRulesLookAtTelemetry}</EmptyFrame>;
}
