import { Fragment, type ReactNode } from "react";
import { formatCount } from "../../client/format.ts";
import { type AlertCounts, type AlertFilter, type AlertView, alertViews } from "../../contracts/alerts.ts";
import { Notice } from "../../ui/notice.tsx";
import { totalOf, viewNames } from "./counts.ts";

const nothing: Record<AlertFilter["view"], { title: string; text: string }> = {
  open: { title: "No alert is open", text: "What is raised shows up here by itself." },
  shelved: { title: "Nothing is shelved", text: "Shelved alerts call nobody until their time is over." },
  suppressed: {
    title: "Nothing is suppressed",
    text: "Alerts that are only consequences of another one stand here while that one lasts.",
  },
  "out-of-service": {
    title: "Everything is in service",
    text: "Alerts that were taken out of service stand here until somebody returns them.",
  },
  history: { title: "No alert is over yet", text: "What is over, and was seen, stands here." },
};

/** Why there is nothing in the list. @param onView shows another view */
export function EmptyList({
  filter,
  counts,
  error,
  onView,
}: {
  filter: AlertFilter;
  counts: AlertCounts | undefined;
  error: unknown;
  onView: (view: AlertView) => void;
}) {
  if (error !== null && error !== undefined) {
    return (
      <div className="flex-1 p-4">
        <Notice tone="warning" title="The alerts could not be read">
          Whether any are open is not known. It is tried again all the time.
        </Notice>
      </div>
    );
  }
  const { view: _, ...narrowing } = filter;
  const isNarrowed = Object.values(narrowing).some((part) => part !== undefined);
  if (isNarrowed) {
    return <Said title="None matches">Nothing in this view is as the filter wants it.</Said>;
  }
  const { title, text } = nothing[filter.view];
  if (filter.view !== "open" || counts === undefined) return <Said title={title}>{text}</Said>;
  const held = alertViews.filter((view) => view !== "open" && totalOf(counts, view) > 0);
  if (held.length === 0) {
    return <Said title="All is well">No alert is open, and none is held back. {text}</Said>;
  }
  return (
    <Said title="Nothing calls">
      {held.map((view, index) => (
        <Fragment key={view}>
          {index === 0 ? "" : ", "}
          <button type="button" className="underline underline-offset-4" onClick={() => onView(view)}>
            {formatCount(totalOf(counts, view))} {viewNames[view].toLowerCase()}
          </button>
        </Fragment>
      ))}{" "}
      {held.reduce((sum, view) => sum + totalOf(counts, view), 0) === 1 ? "still stands." : "still stand."}
    </Said>
  );
}

function Said({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-xs">
        <p className="font-semibold">{title}</p>
        <p className="mt-1 text-sm text-ink-soft">{children}</p>
      </div>
    </div>
  );
}
