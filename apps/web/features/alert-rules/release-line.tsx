"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatDayTime } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { RuleRelease, RulesBoard } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/release-line.ts";
import { Button } from "../../ui/button.tsx";

const UndoDialog = dynamic(
  () => loadPart(() => import("./undo-dialog.tsx")).then((part) => part.UndoDialog),
  {
    ssr: false,
  },
);

/** Which release is in force, by whom, when and why; those before it, and the way back. */
export function ReleaseLine({ board: { release, before } }: { board: RulesBoard }) {
  const zone = useTimeZone();
  const mayAdminister = useMayAdminister();
  const [isAsked, setAsked] = useState(false);
  const words = ({ version, madeBy, madeAtEpochMs, reason }: RuleRelease) =>
    strings.versionVersionByMadeBy({
      version,
      madeBy,
      time: formatDayTime(madeAtEpochMs, zone, serverNow()),
      reason: reason === null ? "" : `: ${reason}`,
    });
  if (release === null) return <p className="mb-3 text-sm text-ink-soft">{strings.noRulesWereReleasedYet}</p>;
  const [last] = before;
  return (
    <div className="mb-3 flex flex-wrap items-start gap-x-4 gap-y-1 text-sm text-ink-soft">
      <details className="mr-auto min-w-0 [overflow-wrap:anywhere]">
        <summary className="cursor-pointer">{strings.inForceWords({ words: words(release) })}</summary>
        <ol className="mt-1 space-y-0.5 pl-4 text-xs">
          {before.map((one) => (
            <li key={one.version}>{words(one)}</li>
          ))}
          {last === undefined ? <li>{strings.itIsTheFirstOne}</li> : null}
        </ol>
      </details>
      {last !== undefined && mayAdminister ? (
        <Button kind="outline" className="h-8 text-xs" onClick={() => setAsked(true)}>
          {strings.backToVersionVersion({ version: last.version })}
        </Button>
      ) : null}
      {isAsked && last !== undefined ? (
        <UndoDialog {...{ seenVersion: release.version, to: last.version }} onClose={() => setAsked(false)} />
      ) : null}
    </div>
  );
}
