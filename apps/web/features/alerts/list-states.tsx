import type { AlertFilter } from "../../contracts/alerts.ts";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

const nothing: Record<AlertFilter["view"], { title: string; text: string }> = {
  open: { title: "All is well", text: "No alert is open. What is raised shows up here by itself." },
  shelved: { title: "Nothing is shelved", text: "Shelved alerts call nobody until their time is over." },
  suppressed: {
    title: "Nothing is suppressed",
    text: "Alerts that are only consequences of another one stand here while that one lasts.",
  },
  "out-of-service": {
    title: "Everything is in service",
    text: "Alerts that were taken out of service stand here until somebody returns them.",
  },
};

/** Why there is nothing in the list. */
export function EmptyList({ filter, error }: { filter: AlertFilter; error: unknown }) {
  if (error !== null && error !== undefined) {
    return (
      <div className="flex-1 p-4">
        <Notice tone="warning" title="The alerts could not be read">
          Whether any are open is not known. It is tried again all the time.
        </Notice>
      </div>
    );
  }
  const isNarrowed = [filter.severity, filter.text, filter.group].some((part) => part !== undefined);
  const { title, text } = isNarrowed
    ? { title: "None matches", text: "Nothing in this view is as the filter wants it." }
    : nothing[filter.view];
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-xs">
        <p className="font-semibold">{title}</p>
        <p className="mt-1 text-sm text-ink-soft">{text}</p>
      </div>
    </div>
  );
}

/** Before the first answer. */
export function ListSkeleton() {
  return (
    <div aria-busy="true" className="flex-1 space-y-4 p-4">
      <span className="sr-only">Loading alerts</span>
      {["a", "b", "c", "d", "e"].map((key) => (
        <div key={key} className="space-y-2">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-3 w-1/3" />
        </div>
      ))}
    </div>
  );
}
