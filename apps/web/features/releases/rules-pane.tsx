"use client";

import { formatDayTime } from "../../client/format.ts";
import type { AskedReturn } from "../../client/rule-releases/return-dialog.tsx";
import { ruleKindWords } from "../../client/rule-releases/rule-kind-words.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { RuleReleases } from "../../contracts/rule-releases.ts";
import * as strings from "../../strings/generated/releases/rules-pane.ts";
import { Button } from "../../ui/button.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";

/** The releases of one kind of rules, the newest first; an admin goes back to any of them. */
export function RulesPane({
  of: { kind, inForce, releases },
  onClose,
  onAsk,
}: {
  of: RuleReleases;
  onClose: () => void;
  onAsk: (asked: AskedReturn) => void;
}) {
  const zone = useTimeZone();
  const mayAdminister = useMayAdminister();
  return (
    <PaneFrame
      kind={inForce === null ? strings.nothingIsInForce : strings.inForceVersion({ version: inForce })}
      title={ruleKindWords[kind]}
      onClose={onClose}
    >
      {releases.length === 0 ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{strings.theFirstStartReleases}</p>
      ) : (
        <ol aria-label={strings.releases} className="divide-y divide-line">
          {releases.map(({ version, madeBy, madeAtEpochMs, reason }) => (
            <li key={version} className="flex items-start gap-3 px-5 py-3">
              <div className="min-w-0 flex-1">
                <p className="text-sm font-medium">
                  {strings.versionVersion({ version })}
                  {version === inForce ? (
                    <span className="ml-2 text-xs font-normal text-ink-soft">{strings.inForce}</span>
                  ) : null}
                </p>
                <p className="text-xs text-ink-faint [overflow-wrap:anywhere]">
                  {strings.byMadeByTime({ madeBy, time: formatDayTime(madeAtEpochMs, zone, serverNow()) })}
                </p>
                <p className="mt-0.5 text-sm text-ink-soft [overflow-wrap:anywhere]">
                  {reason ?? strings.noReason}
                </p>
              </div>
              {mayAdminister && inForce !== null && version !== inForce ? (
                <Button
                  kind="outline"
                  className="h-8 text-xs"
                  aria-label={strings.backToVersionVersion({ version })}
                  onClick={() => onAsk({ kind, to: version, seenVersion: inForce })}
                >
                  {strings.backToThis}
                </Button>
              ) : null}
            </li>
          ))}
        </ol>
      )}
    </PaneFrame>
  );
}
