import { memo } from "react";
import * as strings from "../../strings/generated/audit/audit-row.ts";
import { cn } from "../../ui/cn.ts";

/** The columns, by how wide the list is: on a phone two lines, beside an open entry some, else all. */
export const columns = cn(
  "grid items-center gap-x-3 pr-4 pl-3 grid-cols-[minmax(0,1fr)_5.5rem]",
  "@2xl:grid-cols-[10rem_minmax(0,9rem)_minmax(0,12rem)_minmax(0,1fr)]",
  "@5xl:grid-cols-[10rem_minmax(0,11rem)_minmax(0,13rem)_minmax(0,16rem)_minmax(0,1fr)_6rem]",
);
export const middle = "@max-2xl:hidden";
export const wide = "@max-5xl:hidden";

/** What a line says: texts alone, so that only what is other is drawn anew. */
export interface AuditRowProps {
  elementId: string;
  id: string;
  time: string;
  iso: string;
  actor: string;
  action: string;
  subject: string;
  reason: string;
  place: string;
  isUnreadable: boolean;
  isAtCursor: boolean;
  onOpen: (id: string) => void;
}

/** One entry on a line: when, who, what, on what, why, and its place. */
export const AuditRowLine = memo(function AuditRowLine(props: AuditRowProps) {
  const { id, isAtCursor, isUnreadable } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list points at it by aria-activedescendant
    <div
      id={props.elementId}
      role="option"
      aria-selected={isAtCursor}
      onClick={() => props.onOpen(id)}
      className={cn(
        columns,
        "relative h-full cursor-pointer border-b border-line text-sm",
        isAtCursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
      )}
    >
      {isUnreadable ? <Unreadable {...props} /> : <Readable {...props} />}
    </div>
  );
});

function Readable(props: AuditRowProps) {
  return (
    <>
      <Time {...props} />
      <p className={cn("truncate text-ink-soft", middle)}>{props.actor}</p>
      <div className="min-w-0 @max-2xl:order-first">
        <p className="truncate font-medium text-ink">{props.action}</p>
        <p className="truncate text-xs text-ink-faint @2xl:hidden">
          {props.actor} · {props.subject}
        </p>
      </div>
      <p className={cn("truncate text-ink-soft", middle)}>
        {props.subject}
        {props.reason === "" ? null : <span className="text-ink-faint @5xl:hidden"> · {props.reason}</span>}
      </p>
      <p className={cn("truncate text-ink-faint", wide)}>{props.reason}</p>
      <p className={cn("figure truncate text-right text-xs text-ink-faint", wide)}>{props.place}</p>
    </>
  );
}

function Time({ time, iso }: Pick<AuditRowProps, "time" | "iso">) {
  return (
    <time
      dateTime={iso}
      title={iso}
      className="age truncate text-xs text-ink-faint @max-2xl:text-right @max-2xl:whitespace-normal"
    >
      {time}
    </time>
  );
}

function Unreadable(props: AuditRowProps) {
  return (
    <>
      <Time {...props} />
      <p className="truncate font-medium text-warning @max-2xl:order-first @2xl:col-span-3 @5xl:col-span-4">
        <span aria-hidden>▲ </span>
        {strings.cannotBeReadWhatWas}
      </p>
      <p className={cn("figure truncate text-right text-xs text-ink-faint", wide)}>{props.place}</p>
    </>
  );
}

/** Over the columns, for the eye. */
export function ColumnNames() {
  return (
    <div
      aria-hidden
      className={cn(
        columns,
        // As wide as the lines below, beside which there may be a scrollbar.
        "h-8 shrink-0 overflow-hidden border-b border-line text-xs font-medium text-ink-faint [scrollbar-gutter:stable]",
      )}
    >
      <span className="@max-2xl:order-last @max-2xl:text-right">{strings.when}</span>
      <span className={middle}>{strings.who}</span>
      <span>{strings.what}</span>
      <span className={middle}>{strings.onWhat}</span>
      <span className={wide}>{strings.why}</span>
      <span className={cn("text-right", wide)}>{strings.place}</span>
    </div>
  );
}
