import type { Alert, AlertState } from "@tapline/core/alerts";
import { memo } from "react";
import * as strings from "../../strings/generated/alerts/alert-row.ts";
import { cn } from "../../ui/cn.ts";
import { SeverityMark } from "../../ui/severity.tsx";
import { momentOf } from "./figures.ts";

/** Whether an alert calls for somebody: only then it has colour. */
const calls: Record<AlertState, boolean> = {
  "active-unacknowledged": true,
  "returned-unacknowledged": false,
  ...{ acknowledged: false, shelved: false, suppressed: false, "out-of-service": false, normal: false },
};

const bars: Record<Alert["severity"], string> = {
  critical: "before:bg-critical",
  warning: "before:bg-warning",
  info: "before:bg-info",
};

export interface AlertRowProps {
  id: string;
  alert: Alert;
  place: string;
  standing: string;
  age: string;
  figures: string;
  /** Who sees to it; "": nobody in particular. */
  assignee: string;
  /** Whether others came of the same thing after it. */
  isFirstOut: boolean;
  isAtCursor: boolean;
  isMarked: boolean;
  onOpen: (id: string) => void;
  onMark: (id: string) => void;
}

/** One alert in two lines: what and how old, where and how it stands. */
export const AlertRow = memo(function AlertRow(props: AlertRowProps) {
  const { alert, isAtCursor, isMarked } = props;
  const isCalling = calls[alert.state];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list points at it by aria-activedescendant
    <div
      id={props.id}
      role="option"
      aria-selected={isMarked}
      data-cursor={isAtCursor}
      data-raised-rev={alert.raisedRev}
      onClick={() => props.onOpen(alert.id)}
      className={cn(
        "relative grid h-full cursor-pointer items-center gap-x-3 border-b border-line pr-4",
        "grid-cols-[2.25rem_minmax(0,1fr)_auto] md:grid-cols-[2.25rem_minmax(0,1fr)_auto_5.5rem]",
        "before:absolute before:inset-y-1 before:left-0 before:w-1 before:rounded-r",
        isCalling ? bars[alert.severity] : "before:bg-transparent",
        isAtCursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
      )}
    >
      <MarkBox alert={alert} isMarked={isMarked} isCalling={isCalling} onMark={props.onMark} />
      <div className="min-w-0">
        <p className={cn("truncate text-sm", isCalling ? "font-semibold text-ink" : "text-ink-soft")}>
          {alert.message}
        </p>
        <p className="mt-0.5 flex min-w-0 items-baseline gap-2 text-xs text-ink-faint">
          {props.isFirstOut ? <FirstOut /> : null}
          <span className="shrink truncate">{props.place}</span>
          {props.assignee === "" ? null : (
            <span className="max-w-40 shrink-0 truncate text-ink-soft">
              <span aria-hidden>→ </span>
              <span className="sr-only">{strings.assignedTo} </span>
              {props.assignee}
            </span>
          )}
          {isCalling ? (
            <span className="sr-only">{props.standing}</span>
          ) : (
            <>
              <span aria-hidden>·</span>
              <span className="age min-w-0 flex-1 truncate">{props.standing}</span>
            </>
          )}
        </p>
      </div>
      <p className="figure text-right text-xs text-ink-soft max-md:hidden">
        {props.figures === "" ? null : (
          <>
            <span className="sr-only">{strings.valueAgainstLimit} </span>
            {props.figures}
            <span className="block text-ink-faint">{momentOf(alert)}</span>
          </>
        )}
      </p>
      <p className="age text-right text-xs whitespace-nowrap text-ink-soft">
        <span className="sr-only">{strings.raised} </span>
        {props.age}
        <span className="sr-only"> {strings.ago}</span>
        {alert.occurrences > 1 ? (
          <span className="block text-ink-faint">
            {alert.occurrences}
            <span aria-hidden>×</span>
            <span className="sr-only"> {strings.times}</span>
          </span>
        ) : null}
      </p>
    </div>
  );
});

/** The severity's shape; pointed at or marked, a box to mark the alert with. */
function MarkBox({
  alert,
  isMarked,
  isCalling,
  onMark,
}: Pick<AlertRowProps, "alert" | "isMarked" | "onMark"> & { isCalling: boolean }) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: x and the space bar mark, from the list
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse alone; the option says whether it is marked
    <span
      className="group/mark grid h-full place-items-center pl-1.5"
      data-testid="mark"
      onClick={(event) => {
        event.stopPropagation();
        onMark(alert.id);
      }}
    >
      <span className={cn("text-sm", isMarked ? "hidden" : "group-hover/mark:hidden")}>
        <SeverityMark severity={alert.severity} isCalm={!isCalling} />
      </span>
      <span
        aria-hidden
        className={cn(
          "size-4 place-items-center rounded-sm border border-line-strong text-[11px] leading-none",
          isMarked ? "grid bg-action text-on-action" : "hidden bg-surface group-hover/mark:grid",
        )}
      >
        {isMarked ? "✓" : ""}
      </span>
    </span>
  );
}

export function FirstOut() {
  return (
    <span
      title={strings.theFirstOfItsGroup}
      className="shrink-0 rounded border border-line-strong px-1 font-medium text-ink-soft"
    >
      {strings.firstOut}
    </span>
  );
}
