import type { ReactNode } from "react";
import * as strings from "../strings/generated/client/list-states.ts";
import { EmptyFrame } from "../ui/empty-frame.tsx";
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
  meanwhile = strings.archivingGoesOnWithoutThe,
}: {
  what: string;
  list: { isAnswered: boolean; isFailed: boolean; hasMore: boolean };
  /** Why there is none yet, in its frame. */
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
        <Notice tone="warning" title={strings.theWhatCouldNotBe({ what })}>
          {strings.howTheyAreIsNot({ meanwhile })}
        </Notice>
      </div>
    );
  }
  if (!list.isAnswered) return <ListSkeleton of={what} />;
  if (!isNarrowed) return empty;
  return (
    <EmptyFrame
      title={strings.noneMatches}
      action={
        list.hasMore ? (
          <button type="button" className="mt-3 text-sm underline underline-offset-2" onClick={onEnd}>
            {strings.lookFurtherBack}
          </button>
        ) : null
      }
    >
      {list.hasMore ? strings.amongTheNewestWhatNone({ what }) : strings.noneOfTheWhatIs({ what })}
    </EmptyFrame>
  );
}

/** Says that what is shown is old, and how old. */
export function Unread({ what, heardEpochMs }: { what: string; heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title={strings.theWhatCouldNotBe({ what })}>
        {strings.spanItIsTriedAgain({
          span:
            heardEpochMs === 0
              ? strings.nothingIsKnownOfIt
              : strings.whatIsShownIsWhat({ span: formatSpan(nowEpochMs - heardEpochMs) }),
        })}
      </Notice>
    </div>
  );
}
