"use client";

import { formatCount } from "../../client/format.ts";
import { unrecordedAlerts } from "../../client/unrecorded-alerts.ts";
import { useNow } from "../../client/use-now.ts";
import { Notice } from "../../ui/notice.tsx";

/** Says that alerts are told which are not recorded, while there are such. */
export function UnrecordedNotice() {
  const nowEpochMs = useNow(1_000);
  const waiting = nowEpochMs === null ? 0 : unrecordedAlerts.waiting(nowEpochMs);
  return (
    <div role="status">
      {waiting === 0 ? null : (
        <Notice
          className="mb-3"
          tone="warning"
          title={
            waiting === 1
              ? "1 alert is not recorded yet"
              : `${formatCount(waiting)} alerts are not recorded yet`
          }
        >
          The database does not answer. Alerts show here as they come all the same; until they are recorded
          nobody can act on them, and nobody is told of them beside the console.
        </Notice>
      )}
    </div>
  );
}
