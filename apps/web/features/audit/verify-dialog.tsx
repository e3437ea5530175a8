"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { adviceOf } from "../../client/api.ts";
import { formatDayTime, formatTime, zoneName } from "../../client/format.ts";
import { saveFile } from "../../client/save-file.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/verify-dialog.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { CheckFact } from "./check-log.ts";
import { forgetCheckpoint, keepVerifierKeys, keptCheckpoint, verifierKeys } from "./kept-checkpoint.ts";
import { type Verification, verifyNow } from "./verify-now.ts";

/** Checks here whether the log has only grown, and tells as facts what was looked at. */
export function VerifyDialog({ open, onClose }: { open: AuditRow | null; onClose: () => void }) {
  const [before] = useState(keptCheckpoint);
  const [done, setDone] = useState<Verification | null>(null);
  const [error, setError] = useState<unknown>(null);
  const verify = async (): Promise<void> => {
    setDone(null);
    setError(null);
    try {
      setDone(await verifyNow(open));
    } catch (refusal) {
      setError(refusal);
    }
  };
  const first = useRef(verify);
  useEffect(() => void first.current(), []);
  return (
    <Dialog title={strings.verifyConsistency} isOpen onClose={onClose}>
      <div className="space-y-3 text-sm">
        <p className="text-ink-soft">
          {rich(strings.checkedInThisBrowserBy, {
            code: (words) => <code className="font-mono text-xs">{words}</code>,
            before: before === null ? "" : <Before keptAtEpochMs={before.keptAtEpochMs} />,
          })}
        </p>
        <div aria-live="polite" className="space-y-3">
          {error === null ? null : (
            <Notice tone="warning" title={strings.itCouldNotBeChecked}>
              {adviceOf(error) ?? (error instanceof Error ? `${error.message}. ` : "")}
              {adviceOf(error) === null ? strings.tryAgainInAMoment : ""}
            </Notice>
          )}
          {done === null && error === null ? <p className="text-ink-faint">{strings.checking}</p> : null}
          {done === null ? null : <Outcome done={done} />}
        </div>
        <Keys onChange={() => void verify()} />
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" onClick={() => void verify()}>
            {strings.verifyAgain}
          </Button>
          {done === null ? null : (
            <Button
              kind="outline"
              className="h-10"
              onClick={() => saveFile("checkpoint", [done.note], "text/plain")}
            >
              {strings.saveTheCheckpoint}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Before({ keptAtEpochMs }: { keptAtEpochMs: number }) {
  const zone = useTimeZone();
  return (
    <>
      {rich(strings.againstTheCheckpointThatIt, {
        time: (
          <span className="age">
            {formatDayTime(keptAtEpochMs, zone, serverNow(), true)} {zoneName(keptAtEpochMs, zone)}
          </span>
        ),
      })}
    </>
  );
}

const marks: Record<CheckFact["is"], { mark: string; word: string; look: string }> = {
  holds: { mark: "✓", word: strings.holds, look: "text-ink-soft" },
  fails: { mark: "◆", word: strings.doesNotHold, look: "text-critical" },
  unknown: { mark: "·", word: strings.notChecked, look: "text-ink-faint" },
};

function Outcome({ done }: { done: Verification }) {
  const zone = useTimeZone();
  const hasFailed = done.facts.some(({ is }) => is === "fails");
  return (
    <>
      {hasFailed ? (
        <Notice tone="critical" title={strings.somethingDoesNotHold}>
          {rich(strings.keepAllThatThereIs, {
            button: (words) => (
              <button type="button" className="underline" onClick={forgetCheckpoint}>
                {words}
              </button>
            ),
          })}
        </Notice>
      ) : null}
      <ul className="space-y-2">
        {done.facts.map(({ what, is, says }) => (
          <li key={what} className="grid grid-cols-[1.25rem_minmax(0,1fr)]">
            <span aria-hidden className={marks[is].look}>
              {marks[is].mark}
            </span>
            <div>
              <p className="font-medium">
                {what}:{" "}
                <span className={cn("font-normal", marks[is].look)}>{marks[is].word.toLowerCase()}</span>
              </p>
              <p className="text-ink-soft [overflow-wrap:anywhere]">{says}</p>
            </div>
          </li>
        ))}
      </ul>
      <p className="text-xs text-ink-faint">
        {strings.lookedAtTimeNotProven({ time: formatTime(done.checkedAtEpochMs, zone) })}
      </p>
    </>
  );
}

/** Where the log's verifier key goes: by a way that the reader trusts, not by this server. */
function Keys({ onChange }: { onChange: () => void }) {
  const id = useId();
  const [keys, setKeys] = useState(verifierKeys);
  const keep = (event: FormEvent): void => {
    event.preventDefault();
    keepVerifierKeys(keys);
    onChange();
  };
  return (
    <details>
      <summary className="cursor-pointer text-ink-soft">{strings.verifierKeysOfTheLog}</summary>
      <form onSubmit={keep} className="mt-2 space-y-2">
        <label htmlFor={id} className="block text-xs text-ink-faint">
          {strings.oneALineAsTapline}
        </label>
        <textarea
          id={id}
          rows={3}
          value={keys}
          spellCheck={false}
          onChange={(event) => setKeys(event.target.value)}
          className="w-full rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-xs"
        />
        <Button kind="outline" type="submit">
          {strings.keepAndVerify}
        </Button>
      </form>
    </details>
  );
}
