"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { adviceOf } from "../../client/api.ts";
import { formatDayTime, formatTime, zoneName } from "../../client/format.ts";
import { saveFile } from "../../client/save-file.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AuditRow } from "../../contracts/audit.ts";
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
    <Dialog title="Verify consistency" isOpen onClose={onClose}>
      <div className="space-y-3 text-sm">
        <p className="text-ink-soft">
          Checked in this browser, by the code of{" "}
          <code className="font-mono text-xs">tapline audit verify</code>
          {before === null ? "" : <Before keptAtEpochMs={before.keptAtEpochMs} />}.
        </p>
        <div aria-live="polite" className="space-y-3">
          {error === null ? null : (
            <Notice tone="warning" title="It could not be checked">
              {adviceOf(error) ?? (error instanceof Error ? `${error.message}. ` : "")}
              {adviceOf(error) === null ? "Try again in a moment." : ""}
            </Notice>
          )}
          {done === null && error === null ? <p className="text-ink-faint">Checking…</p> : null}
          {done === null ? null : <Outcome done={done} />}
        </div>
        <Keys onChange={() => void verify()} />
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" onClick={() => void verify()}>
            Verify again
          </Button>
          {done === null ? null : (
            <Button
              kind="outline"
              className="h-10"
              onClick={() => saveFile("checkpoint", [done.note], "text/plain")}
            >
              Save the checkpoint
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
      , against the checkpoint that it kept at{" "}
      <span className="age">
        {formatDayTime(keptAtEpochMs, zone, serverNow(), true)} {zoneName(keptAtEpochMs, zone)}
      </span>
    </>
  );
}

const marks: Record<CheckFact["is"], { mark: string; word: string; look: string }> = {
  holds: { mark: "✓", word: "Holds", look: "text-ink-soft" },
  fails: { mark: "◆", word: "Does not hold", look: "text-critical" },
  unknown: { mark: "·", word: "Not checked", look: "text-ink-faint" },
};

function Outcome({ done }: { done: Verification }) {
  const zone = useTimeZone();
  const hasFailed = done.facts.some(({ is }) => is === "fails");
  return (
    <>
      {hasFailed ? (
        <Notice tone="critical" title="Something does not hold">
          Keep all that there is: save the checkpoint, and compare by tapline audit verify --full and --from.
          The checkpoint that this browser kept before stays.{" "}
          <button type="button" className="underline" onClick={forgetCheckpoint}>
            Forget it
          </button>{" "}
          only if you know why, as after a database was set up anew.
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
        Looked at {formatTime(done.checkedAtEpochMs, zone)}. Not proven by it: that what entries tell
        happened, and, without a witness's key, that everybody was shown this same log. Not every entry was
        hashed anew: tapline audit verify --full does that.
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
      <summary className="cursor-pointer text-ink-soft">Verifier keys of the log and its witnesses</summary>
      <form onSubmit={keep} className="mt-2 space-y-2">
        <label htmlFor={id} className="block text-xs text-ink-faint">
          One a line, as tapline audit key and the witness print them. They are kept in this browser; get them
          by a way that you trust, not from this console.
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
          Keep and verify
        </Button>
      </form>
    </details>
  );
}
