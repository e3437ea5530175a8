import { adviceOf } from "../../client/api.ts";
import * as strings from "../../strings/generated/audit/list-states.ts";
import { Notice } from "../../ui/notice.tsx";
import { isTriedAgain } from "./use-log.ts";

/** Why there is nothing in the list. */
export function EmptyList({ isFiltered }: { isFiltered: boolean }) {
  return (
    <div className="grid flex-1 place-items-center p-6 text-center">
      <div className="max-w-xs">
        <p className="font-semibold">{isFiltered ? strings.noneMatches : strings.nothingIsRecordedYet}</p>
        <p className="mt-1 text-sm text-ink-soft">
          {isFiltered ? strings.noEntryOfTheLog : strings.eachOperationComesInHere}
        </p>
      </div>
    </div>
  );
}

/** What could not be read, and why: the server says what to do where it knows. */
export function Unread({ error, isShown }: { error: unknown; isShown: boolean }) {
  return (
    <div role="status">
      <Notice className="m-3" tone="warning" title={strings.theAuditLogCouldNot}>
        {adviceOf(error) ?? strings.theServerDoesNotAnswer} {isShown ? strings.whatIsShownIsWhat : ""}
        {isTriedAgain(error) ? strings.itIsTriedAgainAll : null}
      </Notice>
    </div>
  );
}
