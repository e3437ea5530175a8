import { memo } from "react";
import * as strings from "../../strings/generated/agents/agent-row.ts";
import { cn } from "../../ui/cn.ts";

/** The columns, by how wide the list is: on a phone what and how, beside an open agent some, else all. */
export const columns = cn(
  "grid items-center gap-x-3 pr-4 pl-3 grid-cols-[1.25rem_minmax(0,1fr)_4.5rem]",
  "@2xl:grid-cols-[1.25rem_minmax(0,11rem)_minmax(0,1fr)_6.5rem_5.5rem]",
  "@6xl:grid-cols-[1.25rem_minmax(0,13rem)_minmax(0,1fr)_8rem_5rem_6rem_6.5rem_5.5rem_5rem]",
);
const middle = "@max-2xl:hidden";
const wide = "@max-6xl:hidden";

/** What a line says: texts alone, so that only what is other is drawn anew. */
export interface AgentRowProps {
  id: string;
  agentId: string;
  place: string;
  words: string;
  /** How much more is not as it should be. */
  more: number;
  /** Whether something calls for somebody: only then there is colour. */
  isCalling: boolean;
  isRevoked: boolean;
  version: string;
  target: string;
  readers: string;
  lastTap: string;
  waiting: string;
  certificate: string;
  clock: string;
  isAtCursor: boolean;
  onOpen: (agentId: string) => void;
}

/** One agent: who and where, how it is, and its figures. */
export const AgentRow = memo(function AgentRow(props: AgentRowProps) {
  const { agentId, isCalling, isAtCursor, isRevoked } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list points at it by aria-activedescendant
    <div
      id={props.id}
      role="option"
      aria-selected={isAtCursor}
      onClick={() => props.onOpen(agentId)}
      className={cn(
        columns,
        "relative h-full cursor-pointer border-b border-line",
        isAtCursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
      )}
    >
      <span aria-hidden className={cn("text-sm", isCalling ? "text-warning" : "text-ink-faint")}>
        {isCalling ? "▲" : isRevoked ? "×" : "·"}
      </span>
      <div className="min-w-0">
        <p className={cn("truncate text-sm", isCalling ? "font-semibold text-ink" : "text-ink-soft")}>
          {agentId}
        </p>
        <p className="truncate text-xs text-ink-faint">
          <span className={middle}>{props.place}</span>
          <span aria-hidden className={cn("@2xl:hidden", isCalling && "text-warning")}>
            {props.words}
          </span>
        </p>
      </div>
      <p
        className={cn(
          "age truncate text-sm",
          middle,
          isCalling ? "font-medium text-warning" : "text-ink-faint",
        )}
      >
        {props.words}
        <More of={props.more} />
      </p>
      <Figure name={strings.version} className={wide}>
        {props.version}
        {props.target === "" ? null : (
          <span className="block truncate text-ink-faint">
            <span aria-hidden>→ </span>
            <span className="sr-only">{strings.toCome} </span>
            {props.target}
          </span>
        )}
      </Figure>
      <Figure name={strings.readers} className={wide}>
        {props.readers}
      </Figure>
      <Figure name={strings.lastTapArchived} className={wide}>
        {props.lastTap}
      </Figure>
      <Figure name={strings.tapsWaiting}>{props.waiting}</Figure>
      <Figure name={strings.certificate} className={wide}>
        {props.certificate}
      </Figure>
      <Figure name={strings.clock} className={middle}>
        {props.clock}
      </Figure>
    </div>
  );
});

function More({ of }: { of: number }) {
  return of === 0 ? null : (
    <span className="text-ink-faint">
      {" "}
      <span aria-hidden>+{of}</span>
      <span className="sr-only">{strings.andOfMore({ of })}</span>
    </span>
  );
}

function Figure({
  name,
  className,
  children,
}: {
  name: string;
  className?: string;
  children: React.ReactNode;
}) {
  return (
    <p className={cn("figure min-w-0 truncate text-right text-xs text-ink-soft", className)}>
      <span className="sr-only">{name}: </span>
      {children}
    </p>
  );
}

/** Over the columns, for the eye: each line names its figures itself. */
export function ColumnNames() {
  const name = "truncate text-right";
  return (
    <div
      aria-hidden
      className={cn(
        columns,
        // As wide as the lines below, beside which there may be a scrollbar.
        "h-8 shrink-0 overflow-hidden border-b border-line text-xs font-medium text-ink-faint [scrollbar-gutter:stable]",
      )}
    >
      <span />
      <span>{strings.agent}</span>
      <span className={middle}>{strings.howItIs}</span>
      <span className={cn(name, wide)}>{strings.version}</span>
      <span className={cn(name, wide)}>{strings.readers}</span>
      <span className={cn(name, wide)}>{strings.lastTap}</span>
      <span className={name}>{strings.waiting}</span>
      <span className={cn(name, wide)}>{strings.certificate}</span>
      <span className={cn(name, middle)}>{strings.clock}</span>
    </div>
  );
}
