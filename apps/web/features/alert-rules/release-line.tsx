"use client";

import { formatDayTime } from "../../client/format.ts";
import { RollBackButton } from "../../client/rule-releases/roll-back-button.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { RuleRelease, RulesBoard } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/release-line.ts";

/** Which release is in force, by whom, when and why; those before it, and the way back. */
export function ReleaseLine({ board: { release, before } }: { board: RulesBoard }) {
  const zone = useTimeZone();
  const words = ({ version, madeBy, madeAtEpochMs, reason }: RuleRelease) =>
    strings.versionVersionByMadeBy({
      version,
      madeBy,
      time: formatDayTime(madeAtEpochMs, zone, serverNow()),
      reason: reason === null ? "" : `: ${reason}`,
    });
  if (release === null) return <p className="mb-3 text-sm text-ink-soft">{strings.noRulesWereReleasedYet}</p>;
  return (
    <div className="mb-3 flex flex-wrap items-start gap-x-4 gap-y-1 text-sm text-ink-soft">
      <details className="mr-auto min-w-0 [overflow-wrap:anywhere]">
        <summary className="cursor-pointer">{strings.inForceWords({ words: words(release) })}</summary>
        <ol className="mt-1 space-y-0.5 pl-4 text-xs">
          {before.map((one) => (
            <li key={one.version}>{words(one)}</li>
          ))}
          {before.length === 0 ? <li>{strings.itIsTheFirstOne}</li> : null}
        </ol>
      </details>
      <RollBackButton kind="alert-rules" />
    </div>
  );
}
