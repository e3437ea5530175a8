import type { Alert } from "@tapline/core/alerts";
import { formatCount } from "../../client/format.ts";
import type { AlertList } from "../../client/use-alerts.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alerts/list-foot.ts";
import { Button } from "../../ui/button.tsx";
import type { ListState } from "./use-list-state.ts";

/** How many there are, how many of them are marked, and what can be done with those. */
export function ListFoot({
  list,
  state,
  chosen,
  total,
  onAcknowledge,
  onShelve,
}: {
  list: AlertList;
  state: ListState;
  chosen: readonly Alert[];
  total: number | undefined;
  onAcknowledge: () => void;
  onShelve: () => void;
}) {
  const mayOperate = useMayOperate();
  const { length } = list.alerts;
  if (length === 0) return null;
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-1 text-xs text-ink-faint">
      <p>
        <span className="figure">{formatCount(total === undefined || !list.hasMore ? length : total)}</span>
        {total === undefined && list.hasMore ? strings.andMore : ""}
        {chosen.length === 0 ? null : (
          <>
            , <span className="figure text-ink">{formatCount(chosen.length)}</span>{" "}
            <span className="text-ink">{strings.marked}</span>
          </>
        )}
      </p>
      <div className="ml-auto flex items-center gap-1">
        {chosen.length === 0 ? (
          <Button className="h-8 text-xs" onClick={state.markAll}>
            {strings.markAll}
            {list.hasMore ? strings.thatAreLoaded : ""}
          </Button>
        ) : (
          <>
            <Button className="h-8 text-xs" onClick={state.unmarkAll}>
              {strings.unmark}
            </Button>
            <Button
              kind="outline"
              className="h-8 text-xs disabled:opacity-60"
              disabled={!mayOperate}
              onClick={onShelve}
            >
              {strings.shelve}
            </Button>
            <Button
              kind="primary"
              className="h-8 px-3 text-xs"
              disabled={!mayOperate}
              onClick={onAcknowledge}
            >
              {strings.acknowledge}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
