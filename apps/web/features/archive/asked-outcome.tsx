import { formatBytes, formatCount } from "../../client/format.ts";
import type { AskedView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/asked-outcome.ts";
import { Notice } from "../../ui/notice.tsx";

/** How far a task has come, and what came of it, as the worker told it. */
export function AskedOutcome({ task }: { task: AskedView | undefined }) {
  if (task === undefined || task.outcome === null) {
    return (
      <p role="status" className="text-sm text-ink-soft">
        {task?.state === "under-way"
          ? strings.takenByIsAtIt({
              takenBy: task.takenBy ?? "",
              progress: task.progress === "" ? "" : `: ${task.progress}`,
            })
          : strings.askedWaitingForAWorker}
      </p>
    );
  }
  const { says, facts, list } = task.outcome;
  return (
    <div role="status" className="space-y-3 text-sm">
      {task.state === "failed" ? (
        <Notice tone="warning" title={strings.itWasNotDone}>
          {says}
        </Notice>
      ) : (
        <p className="font-medium [overflow-wrap:anywhere]">{says}</p>
      )}
      {Object.keys(facts).length === 0 ? null : (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
          {Object.entries(facts).map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-faint">{name}</dt>
              <dd className="figure [overflow-wrap:anywhere]">{shown(name, value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {list.length === 0 ? null : (
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
          tabIndex={0}
          aria-label={strings.inParticular}
          className="max-h-40 space-y-1 overflow-y-auto rounded-md border border-line px-3 py-2 text-xs [overflow-wrap:anywhere]"
        >
          {list.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function shown(name: string, value: string | number): string {
  if (typeof value === "string") return value;
  return name === "bytes" ? formatBytes(value) : formatCount(value);
}
