import * as strings from "../strings/generated/ui/list-skeleton.ts";
import { Skeleton } from "./skeleton.tsx";

const lines = ["a", "b", "c", "d", "e", "f"];

/** Stands where a list comes, before the first answer. @param of what is listed, such as "agents" */
export function ListSkeleton({ of }: { of: string }) {
  return (
    <div aria-busy="true" className="flex-1 space-y-4 p-4">
      <span className="sr-only">{strings.loadingOf({ of })}</span>
      {lines.map((key) => (
        <div key={key} className="flex gap-4">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-4 flex-1" />
        </div>
      ))}
    </div>
  );
}
