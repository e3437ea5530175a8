import { Fragment } from "react";
import { formatCount } from "../../client/format.ts";
import { useSites } from "../../client/viewer.tsx";
import { type AlertCounts, type AlertFilter, type AlertView, alertViews } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/list-states.ts";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { Notice } from "../../ui/notice.tsx";
import { totalOf, viewNames } from "./counts.ts";

const nothing: Record<AlertFilter["view"], { title: string; text: string }> = {
  open: { title: strings.noAlertIsOpen, text: strings.whatIsRaisedShowsUp },
  shelved: { title: strings.nothingIsShelved, text: strings.shelvedAlertsCallNobodyUntil },
  suppressed: {
    title: strings.nothingIsSuppressed,
    text: strings.alertsThatAreOnlyConsequences,
  },
  "out-of-service": {
    title: strings.everythingIsInService,
    text: strings.alertsThatWereTakenOut,
  },
  history: { title: strings.noAlertIsOverYet, text: strings.whatIsOverAndWas },
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
  const isWhole = useSites() === null;
  if (error !== null && error !== undefined) {
    return (
      <div className="flex-1 p-4">
        <Notice tone="warning" title={strings.theAlertsCouldNotBe}>
          {strings.whetherAnyAreOpenIs}
        </Notice>
      </div>
    );
  }
  const { view: _, ...narrowing } = filter;
  const isNarrowed = Object.values(narrowing).some((part) => part !== undefined);
  if (isNarrowed) {
    return <EmptyFrame title={strings.noneMatches}>{strings.nothingInThisViewIs}</EmptyFrame>;
  }
  const { title, text } = nothing[filter.view];
  if (filter.view !== "open" || counts === undefined) return <EmptyFrame title={title}>{text}</EmptyFrame>;
  const held = alertViews.filter((view) => view !== "open" && totalOf(counts, view) > 0);
  if (held.length === 0) {
    return (
      <EmptyFrame title={isWhole ? strings.allIsWell : strings.nothingCalls}>
        {strings.noAlertIsOpenAnd({ text })}
      </EmptyFrame>
    );
  }
  return (
    <EmptyFrame title={strings.nothingCalls}>
      {held.map((view, index) => (
        <Fragment key={view}>
          {index === 0 ? "" : ", "}
          <button type="button" className="underline underline-offset-4" onClick={() => onView(view)}>
            {formatCount(totalOf(counts, view))} {viewNames[view].toLowerCase()}
          </button>
        </Fragment>
      ))}{" "}
      {strings.stillStand({ count: held.reduce((sum, view) => sum + totalOf(counts, view), 0) })}
    </EmptyFrame>
  );
}
