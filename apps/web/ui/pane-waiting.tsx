import * as strings from "../strings/generated/ui/pane-waiting.ts";
import { Skeleton } from "./skeleton.tsx";

/** What stands in a pane until its answer is there, or while it cannot be had. */
export function PaneWaiting({ isFailed }: { isFailed: boolean }) {
  if (isFailed) {
    return <p className="px-5 py-4 text-sm text-ink-soft">{strings.whatElseIsKnownOf}</p>;
  }
  return (
    <div aria-busy="true" className="space-y-3 px-5 py-4">
      <span className="sr-only">{strings.loading}</span>
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-5/6" />
    </div>
  );
}
