import type { ReactNode } from "react";
import { ListSkeleton } from "../ui/list-skeleton.tsx";
import { Notice } from "../ui/notice.tsx";
import { formatSpan } from "./format.ts";
import { useNow } from "./use-now.ts";

/** What stands in the place of a list that has nothing in it. `what`: of which things, such as "segments". */
export function NoList({
  what,
  list,
  empty,
  isNarrowed,
  onEnd,
  meanwhile = "archiving goes on without the console",
}: {
  what: string;
  list: { isAnswered: boolean; isFailed: boolean; hasMore: boolean };
  /** Why there is none yet. */
  empty: ReactNode;
  /** Whether a filter may be what leaves nothing. */
  isNarrowed: boolean;
  /** Looks further back. */
  onEnd: () => void;
  /** What does not wait for it. */
  meanwhile?: string;
}) {
  if (list.isFailed) {
    return (
      <div className="flex-1 p-4">
        <Notice tone="warning" title={`The ${what} could not be read`}>
          How they are is not known. It is tried again all the time; {meanwhile}.
        </Notice>
      </div>
    );
  }
  if (!list.isAnswered) return <ListSkeleton of={what} />;
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-sm text-sm">
        {isNarrowed ? (
          <>
            <p className="text-base font-semibold">None matches</p>
            <p className="mt-1 text-ink-soft">
              {list.hasMore
                ? `Among the newest ${what} none is as the filter wants it.`
                : `None of the ${what} is as the filter wants it.`}
            </p>
            {list.hasMore ? (
              <button type="button" className="mt-3 underline underline-offset-2" onClick={onEnd}>
                Look further back
              </button>
            ) : null}
          </>
        ) : (
          empty
        )}
      </div>
    </div>
  );
}

/** Says that what is shown is old, and how old. */
export function Unread({ what, heardEpochMs }: { what: string; heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title={`The ${what} could not be read`}>
        {heardEpochMs === 0
          ? "Nothing is known of it yet. "
          : `What is shown is what was known ${formatSpan(nowEpochMs - heardEpochMs)} ago. `}
        It is tried again all the time.
      </Notice>
    </div>
  );
}
