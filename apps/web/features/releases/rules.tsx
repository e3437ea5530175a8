"use client";

import { formatDayTime } from "../../client/format.ts";
import { Unread } from "../../client/list-states.tsx";
import { useAskedReturn } from "../../client/rule-releases/roll-back-button.tsx";
import { ruleKindWords } from "../../client/rule-releases/rule-kind-words.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useRuleReleases } from "../../client/use-rule-releases.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { RuleReleases } from "../../contracts/rule-releases.ts";
import * as strings from "../../strings/generated/releases/rules.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { openPane } from "../../ui/open-pane.tsx";
import { OptionList } from "../../ui/option-list.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { RulesPane } from "./rules-pane.tsx";
import { rulesAddress } from "./view.ts";

/** Which release of each kind of rules is in force, what was before, and the way back. */
export function Rules() {
  const { view, change } = useAddressView(rulesAddress);
  const { all, isFailed, heardEpochMs } = useRuleReleases();
  const asking = useAskedReturn();
  const mayAdminister = useMayAdminister();
  const kinds = all ?? [];
  const ids = kinds.map(({ kind }) => kind);
  const cursor = useListCursor(strings.releasesOfRules, "rules", ids, { open: view.open, change });
  const open = kinds.find(({ kind }) => kind === view.open);
  const close = () => change({ open: null });
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.releasesOfRules}</h1>
        {mayAdminister ? null : <p className="text-sm text-ink-faint">{strings.rollingBackNeedsTheRole}</p>}
      </div>
      {asking.outcome}
      {isFailed ? <Unread what={strings.releases} heardEpochMs={heardEpochMs} /> : null}
      <WithSidePane
        name={strings.theOpenRules}
        list={
          <Card aria-label={strings.listOfRules} className="flex min-h-0 flex-col overflow-hidden">
            {all === undefined ? (
              isFailed ? null : (
                <ListSkeleton of={strings.kinds} />
              )
            ) : (
              <KindList
                {...{ kinds, cursor: cursor.index, onMove: cursor.moveTo }}
                onOpen={(kind) => change({ open: kind })}
              />
            )}
          </Card>
        }
        pane={openPane(
          { id: view.open, item: open, isAnswered: all !== undefined, isFailed, onClose: close },
          { unknown: strings.noRulesAreCalledThis },
          (kind) => <RulesPane of={kind} onClose={close} onAsk={asking.ask} />,
        )}
      />
      {asking.dialog}
    </div>
  );
}

const columns = cn(
  "grid-cols-[minmax(0,1fr)_7rem]",
  "@2xl:grid-cols-[minmax(0,1fr)_8rem_minmax(0,1fr)_9rem]",
);
const wide = "@max-2xl:hidden";

function KindList({
  kinds,
  cursor,
  onMove,
  onOpen,
}: {
  kinds: readonly RuleReleases[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (kind: string) => void;
}) {
  return (
    <OptionList
      name={strings.rules}
      ids={kinds.map(({ kind }) => kind)}
      {...{ cursor, onMove, onOpen, columns }}
      head={
        <>
          <span>{strings.rules}</span>
          <span>{strings.inForce}</span>
          <span className={wide}>{strings.by}</span>
          <span className={wide}>{strings.given}</span>
        </>
      }
    >
      {(index) => {
        const one = kinds[index];
        return one === undefined ? null : <Cells of={one} />;
      }}
    </OptionList>
  );
}

function Cells({ of: { kind, inForce, releases } }: { of: RuleReleases }) {
  const zone = useTimeZone();
  const active = releases.find(({ version }) => version === inForce);
  return (
    <>
      <p className="truncate text-sm font-medium">{ruleKindWords[kind]}</p>
      <p className="truncate text-sm text-ink-soft">
        {inForce === null ? strings.none : strings.versionVersion({ version: inForce })}
      </p>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>{active?.madeBy ?? "–"}</p>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>
        {active === undefined ? "–" : formatDayTime(active.madeAtEpochMs, zone, serverNow())}
      </p>
    </>
  );
}
