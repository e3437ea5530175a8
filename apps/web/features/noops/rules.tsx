"use client";

import { Unread } from "../../client/list-states.tsx";
import { RollBackButton } from "../../client/rule-releases/roll-back-button.tsx";
import { useAddressView } from "../../client/use-address-view.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useNoops } from "../../client/use-noops.ts";
import { useNow } from "../../client/use-now.ts";
import type { NoopsBoard, NoopsRuleView } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/rules.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { openPane } from "../../ui/open-pane.tsx";
import { OptionList } from "../../ui/option-list.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { actWords, modeNames } from "./noops-words.ts";
import { RulePane } from "./rule-pane.tsx";
import { SwitchBar } from "./switch-bar.tsx";
import { useNoopsAsked } from "./use-noops-asked.tsx";
import { rulesAddress } from "./view.ts";

/** By which rules NoOps decides, and what each may do. */
export function Rules() {
  const { view, change } = useAddressView(rulesAddress);
  const { board, isFailed, heardEpochMs } = useNoops();
  const asking = useNoopsAsked();
  useNow(1_000);
  const rules = board?.rules ?? [];
  const ids = rules.map(({ rule }) => rule.id);
  const cursor = useListCursor(strings.rulesOfNoOps, "rule", ids, { open: view.open, change });
  const found = rules.find(({ rule }) => rule.id === view.open);
  const open = found && board && { of: found, board };
  const close = () => change({ open: null });
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <SwitchBar title={strings.rulesOfNoOps} board={board} onAsk={asking.ask} />
      <div className="mb-3 flex flex-wrap justify-end gap-2 empty:hidden">
        <RollBackButton kind="noops-rules" />
      </div>
      {asking.outcome}
      {isFailed && board !== undefined ? <Unread what={strings.rules} heardEpochMs={heardEpochMs} /> : null}
      <WithSidePane
        name={strings.theOpenRule}
        list={
          <Card aria-label={strings.listOfRules} className="flex min-h-0 flex-col overflow-hidden">
            <Whole
              {...{ board, isFailed, rules }}
              cursor={cursor.index}
              onMove={cursor.moveTo}
              onOpen={(id) => change({ open: id })}
            />
          </Card>
        }
        pane={openPane(
          { id: view.open, item: open, isAnswered: board !== undefined, isFailed, onClose: close },
          { unknown: strings.noRuleIsCalledThis },
          (shown) => <RulePane {...shown} onClose={close} onAsk={asking.ask} />,
        )}
      />
      {asking.dialog}
    </div>
  );
}

const columns = cn(
  "grid-cols-[minmax(0,1fr)_6rem]",
  "@2xl:grid-cols-[minmax(0,1.2fr)_7rem_minmax(0,1fr)_8rem]",
);
const wide = "@max-2xl:hidden";

function Whole({
  board,
  isFailed,
  rules,
  cursor,
  onMove,
  onOpen,
}: {
  board: NoopsBoard | undefined;
  isFailed: boolean;
  rules: readonly NoopsRuleView[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
}) {
  if (board === undefined) {
    if (!isFailed) return <ListSkeleton of={strings.rules} />;
    return (
      <div className="p-4">
        <Notice tone="warning" title={strings.theRulesCouldNotBe}>
          {strings.nothingIsKnownOfThem}
        </Notice>
      </div>
    );
  }
  if (rules.length === 0) return <EmptyFrame>{strings.noRulesAreInForce}</EmptyFrame>;
  return (
    <>
      <OptionList
        name={strings.rulesName}
        ids={rules.map(({ rule }) => rule.id)}
        {...{ cursor, onMove, onOpen, columns }}
        head={
          <>
            <span>{strings.rule}</span>
            <span>{strings.mode}</span>
            <span className={wide}>{strings.act}</span>
            <span className={wide}>{strings.owner}</span>
          </>
        }
      >
        {(index) => {
          const one = rules[index];
          return one === undefined ? null : <Cells of={one} />;
        }}
      </OptionList>
      <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">
        {board.release === null ? "" : strings.releaseVersionOfTheRules({ version: board.release.version })}
        {strings.atMostActsPerHour({ actsPerHour: board.actsPerHour ?? "–", count: board.actsPerHour ?? 0 })}
      </p>
    </>
  );
}

function Cells({ of: { rule, mode } }: { of: NoopsRuleView }) {
  return (
    <>
      <div className="min-w-0">
        <p className="truncate text-sm">{rule.id}</p>
        <p className="truncate text-xs text-ink-faint">{rule.purpose}</p>
      </div>
      <div className="min-w-0">
        <p className={cn("truncate text-sm", mode === "armed" ? "font-medium text-ink" : "text-ink-soft")}>
          {modeNames[mode]}
        </p>
        {mode === rule.mode ? null : (
          <p className="truncate text-xs text-ink-faint">
            {strings.writtenMode({ mode: modeNames[rule.mode].toLowerCase() })}
          </p>
        )}
      </div>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>{actWords(rule.act)}</p>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>{rule.owner}</p>
    </>
  );
}
