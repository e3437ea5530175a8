"use client";

import { useState } from "react";
import { apiClient } from "../../client/api.ts";
import { serverNow } from "../../client/server-clock.ts";
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
      title={`Try ${shortId(segment)} now`}
      does="Try it now"
      hasReason
      send={(reason) => apiClient.archive.retry.mutate({ segment, reason })}
      onClose={onClose}
    >
      <ul className={effects}>
        <li>Its next attempt is made at once instead of when its pause is over. Nothing else changes.</li>
        <li>Where it fails again it goes on as before: it is tried for ever, and no tap is lost.</li>
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
  const where = target ?? "all archives";
  return (
    <AskDialog
      title={segment === null ? `Verify ${where}` : `Verify ${shortId(segment)}`}
      does="Verify now"
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
            legend="How much"
            name="extent"
            options={[
              { label: "One day", value: "day" },
              { label: "All of it", value: "all" },
            ]}
            value={extent}
            onChange={setExtent}
          />
          {extent === "day" ? (
            <Field
              label="Day, UTC"
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
        <li>
          A worker reads the files back from {where} and holds them against their signatures, their digests
          and the index. Nothing is changed there.
        </li>
        <li>Objects stay closed: workers have no key that opens them.</li>
        {segment === null && extent === "all" ? (
          <li>All of an archive may take hours, and its line while it does.</li>
        ) : null}
      </ul>
    </AskDialog>
  );
}

/** Asks what a restore would fetch. */
export function RestoreDialog({ segment, onClose }: { segment: string | null; onClose: () => void }) {
  const [day, setDay] = useState(today);
  return (
    <AskDialog
      title={segment === null ? "Preview a restore" : `Preview a restore of ${shortId(segment)}`}
      does="Look at it"
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
          label="Day, UTC"
          type="date"
          required
          max={today()}
          value={day}
          onChange={(event) => setDay(event.target.value)}
        />
      ) : null}
      <ul className={effects}>
        <li>
          Tells which objects a restore would fetch, how large they are, whether they are there, and whose
          keys open them.
        </li>
        <li>
          Nothing is fetched or opened. Restoring itself is done where a key is:{" "}
          <code className="font-mono text-xs">tapline archive restore</code>.
        </li>
      </ul>
    </AskDialog>
  );
}
