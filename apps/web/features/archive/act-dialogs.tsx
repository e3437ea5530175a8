"use client";

import { useState } from "react";
import { apiClient } from "../../client/api.ts";
import { serverNow } from "../../client/server-clock.ts";
import * as strings from "../../strings/generated/archive/act-dialogs.ts";
import { rich } from "../../strings/rich.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Field } from "../../ui/field.tsx";
import { shortId } from "./archive-words.ts";
import { AskDialog } from "./ask-dialog.tsx";

const effects = "list-disc space-y-1 pl-4 text-sm text-ink-soft";
const today = () => new Date(serverNow()).toISOString().slice(0, 10);

/** Has a segment tried at once that is tried again and again. */
export function RetryDialog({ segment, onClose }: { segment: string; onClose: () => void }) {
  return (
    <AskDialog
      title={strings.trySegmentNow({ segment: shortId(segment) })}
      does={strings.tryItNow}
      hasReason
      send={(reason) => apiClient.archive.retry.mutate({ segment, reason })}
      onClose={onClose}
    >
      <ul className={effects}>
        <li>{strings.itsNextAttemptIsMade}</li>
        <li>{strings.whereItFailsAgainIt}</li>
      </ul>
    </AskDialog>
  );
}

/** Has one segment, or a day or all of an archive, read back and held against what was archived. */
export function VerifyDialog({
  target,
  segment,
  onClose,
}: {
  /** Null: all archives. */
  target: string | null;
  /** Null: a day or all of it. */
  segment: string | null;
  onClose: () => void;
}) {
  const [extent, setExtent] = useState<"day" | "all">("day");
  const [day, setDay] = useState(today);
  const where = target ?? strings.allArchives;
  return (
    <AskDialog
      title={
        segment === null
          ? strings.verifyWhere({ where })
          : strings.verifySegment({ segment: shortId(segment) })
      }
      does={strings.verifyNow}
      hasReason
      send={(reason) =>
        apiClient.archive.verify.mutate({
          ...{ target, segment, reason },
          day: segment === null && extent === "day" ? day : null,
        })
      }
      onClose={onClose}
    >
      {segment === null ? (
        <>
          <Choice
            legend={strings.howMuch}
            name="extent"
            options={[
              { label: strings.oneDay, value: "day" },
              { label: strings.allOfIt, value: "all" },
            ]}
            value={extent}
            onChange={setExtent}
          />
          {extent === "day" ? (
            <Field
              label={strings.dayUtc}
              type="date"
              required
              max={today()}
              value={day}
              onChange={(event) => setDay(event.target.value)}
            />
          ) : null}
        </>
      ) : null}
      <ul className={effects}>
        <li>{strings.aWorkerReadsTheFiles({ where })}</li>
        <li>{strings.objectsStayClosedWorkersHave}</li>
        {segment === null && extent === "all" ? <li>{strings.allOfAnArchiveMay}</li> : null}
      </ul>
    </AskDialog>
  );
}

/** Asks what a restore would fetch. */
export function RestoreDialog({ segment, onClose }: { segment: string | null; onClose: () => void }) {
  const [day, setDay] = useState(today);
  return (
    <AskDialog
      title={
        segment === null
          ? strings.previewARestore
          : strings.previewARestoreOfSegment({ segment: shortId(segment) })
      }
      does={strings.lookAtIt}
      hasReason={false}
      send={() =>
        apiClient.archive.previewRestore.mutate(
          segment === null ? { day, segment: null } : { day: null, segment },
        )
      }
      onClose={onClose}
    >
      {segment === null ? (
        <Field
          label={strings.dayUtc}
          type="date"
          required
          max={today()}
          value={day}
          onChange={(event) => setDay(event.target.value)}
        />
      ) : null}
      <ul className={effects}>
        <li>{strings.tellsWhichObjectsARestore}</li>
        <li>
          {rich(strings.nothingIsFetchedOrOpened, {
            code: (words) => <code className="font-mono text-xs">{words}</code>,
          })}
        </li>
      </ul>
    </AskDialog>
  );
}
