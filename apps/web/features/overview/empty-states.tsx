import * as strings from "../../strings/generated/overview/empty-states.ts";
import { Card } from "../../ui/card.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** No live picture was ever seen, and the banner above says why. */
export function NoFigures() {
  return (
    <Card className="grid place-items-center border-dashed border-line-strong px-6 py-16 text-center">
      <div className="max-w-md">
        <h2 className="font-semibold">{strings.thereAreNoFiguresTo}</h2>
        <p className="mt-1 text-sm text-ink-soft">{strings.theyAppearByThemselvesAs}</p>
      </div>
    </Card>
  );
}

/** Before the first answer. */
export function OverviewSkeleton() {
  return (
    <div aria-busy="true">
      <span className="sr-only">{strings.loadingFigures}</span>
      <Skeleton className="h-24 rounded-lg" />
      <div className="mt-3 grid grid-cols-2 gap-3 lg:grid-cols-4">
        {["a", "b", "c", "d"].map((key) => (
          <Skeleton key={key} className="h-36 rounded-lg" />
        ))}
      </div>
      <Skeleton className="mt-3 h-72 rounded-lg" />
    </div>
  );
}
