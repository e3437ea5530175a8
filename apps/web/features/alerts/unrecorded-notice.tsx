"use client";

import { unrecordedAlerts } from "../../client/unrecorded-alerts.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/alerts/unrecorded-notice.ts";
import { Notice } from "../../ui/notice.tsx";

/** Says that alerts are told which are not recorded, while there are such. */
export function UnrecordedNotice() {
  const nowEpochMs = useNow(1_000);
  const waiting = nowEpochMs === null ? 0 : unrecordedAlerts.waiting(nowEpochMs);
  return (
    <div role="status">
      {waiting === 0 ? null : (
        <Notice className="mb-3" tone="warning" title={strings.alertsAreNotRecordedYet({ waiting })}>
          {strings.theDatabaseDoesNotAnswer}
        </Notice>
      )}
    </div>
  );
}
