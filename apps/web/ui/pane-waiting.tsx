import { Skeleton } from "./skeleton.tsx";

/** What stands in a pane until its answer is there, or while it cannot be had. */
export function PaneWaiting({ isFailed }: { isFailed: boolean }) {
  if (isFailed) {
    return (
      <p className="px-5 py-4 text-sm text-ink-soft">
        What else is known of it could not be read; it is tried again all the time.
      </p>
    );
  }
  return (
    <div aria-busy="true" className="space-y-3 px-5 py-4">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-5/6" />
    </div>
  );
}
