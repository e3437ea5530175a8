import { adviceOf } from "../../client/api.ts";
import * as strings from "../../strings/generated/audit/list-states.ts";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { Notice } from "../../ui/notice.tsx";
import { isBusy, isTriedAgain } from "./retry.ts";

/** Why there is nothing in the list. */
export function EmptyList({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyFrame title={isFiltered ? strings.noneMatches : strings.nothingIsRecordedYet}>
      {isFiltered ? strings.noEntryOfTheLog : strings.eachOperationComesInHere}
    </EmptyFrame>
  );
}

/** What could not be read, and why: the server says what to do where it knows. */
export function Unread({ error, isShown }: { error: unknown; isShown: boolean }) {
  if (isBusy(error))
    return (
      <div role="status">
        <Notice className="m-3" tone="info" title={strings.theLogIsSearchedByMany}>
          {isShown ? strings.whatIsShownIsWhat : ""}
          {strings.itIsAskedAgainBy}
        </Notice>
      </div>
    );
  return (
    <div role="status">
      <Notice className="m-3" tone="warning" title={strings.theAuditLogCouldNot}>
        {adviceOf(error) ?? strings.theServerDoesNotAnswer} {isShown ? strings.whatIsShownIsWhat : ""}
        {isTriedAgain(error) ? strings.itIsTriedAgainAll : null}
      </Notice>
    </div>
  );
}
