"use client";

import { useRef } from "react";
import { useAddressView } from "../../client/use-address-view.ts";
import { useCursor } from "../../client/use-cursor.ts";
import { useListKeys } from "../../client/use-list-keys.ts";
import { useRulesBoard } from "../../client/use-rules.ts";
import type { RulesBoard, ShownRule } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/rules-page.ts";
import { Card } from "../../ui/card.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { ReleaseLine } from "./release-line.tsx";
import { RuleList } from "./rule-list.tsx";
import { RulePane } from "./rule-pane.tsx";
import { rulesAddress } from "./view.ts";

/** The rules in force; one of them to be looked at, tried and changed. */
export function RulesPage() {
  const { view, change } = useAddressView(rulesAddress);
  const { board, isFailed } = useRulesBoard();
  const textField = useRef<HTMLInputElement>(null);
  const shown = board?.rules.filter((one) => isMeant(one, view.text)) ?? [];
  const cursor = useCursor(
    shown.map(({ rule }) => rule.id),
    view.open,
  );
  const open = board?.rules.find(({ rule }) => rule.id === view.open) ?? null;
  const moveTo = (index: number) => {
    const id = cursor.moveTo(index);
    if (view.open !== null && id !== null) change({ open: id });
  };
  useListKeys(
    strings.rulesOfAlerts,
    "rule",
    {
      move: (by) => moveTo(cursor.index + by),
      open: () => change({ open: shown[cursor.index]?.rule.id ?? null }),
      close: () => change({ open: null }),
    },
    [{ keys: ["/"], does: strings.filterByWords, run: () => textField.current?.focus() }],
  );
  return (
    <div className="flex flex-1 flex-col" data-stale={isFailed}>
      <h1 className="mb-1 text-lg font-semibold tracking-tight">{strings.alertRules}</h1>
      {board === undefined ? null : <ReleaseLine board={board} />}
      {isFailed ? (
        <div role="status">
          <Notice className="mb-3" tone="warning" title={strings.theRulesCouldNotBe}>
            {strings.boardItIsTriedAgain({
              board: board === undefined ? strings.nothingIsKnownOfThem : strings.whatIsShownIsThe,
            })}
          </Notice>
        </div>
      ) : null}
      <WithSidePane
        name={strings.theOpenRule}
        list={
          <Card aria-label={strings.listOfRules} className="flex min-h-0 flex-col overflow-hidden">
            <div className="border-b border-line px-3 py-2">
              <SearchField
                name={strings.filterByWords}
                hint={strings.filterByWords2}
                value={view.text}
                field={textField}
                onValue={(text) => change({ text })}
              />
            </div>
            {board === undefined ? (
              isFailed ? null : (
                <ListSkeleton of={strings.theRules} />
              )
            ) : (
              <RuleList rules={shown} cursor={cursor.index} onOpen={(id) => change({ open: id })} />
            )}
          </Card>
        }
        pane={
          view.open === null || board === undefined ? null : (
            <RulePane
              key={view.open}
              {...{ id: view.open, shown: open, version: versionOf(board) }}
              onClose={() => change({ open: null })}
            />
          )
        }
      />
    </div>
  );
}

const versionOf = ({ release }: RulesBoard): number => release?.version ?? 0;

function isMeant({ rule }: ShownRule, text: string): boolean {
  const said = `${rule.id} ${rule.message} ${rule.kpi} ${rule.severity}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}
