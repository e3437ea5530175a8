import { formatCount } from "../../client/format.ts";
import type { AlarmHealth } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/severity-split.ts";
import { SeverityMark, severityLooks } from "../../ui/severity.tsx";
import { severityShares, shareOf } from "./measures.ts";
import { ShareBar } from "./share-bar.tsx";

/** How bad what called was, beside the shares that EEMUA 191 wants. */
export function SeveritySplit({ health }: { health: AlarmHealth }) {
  return (
    <ul className="space-y-2.5 text-sm">
      {severityShares(health).map(({ severity, calls, ratio, wantedRatio }) => (
        <li key={severity}>
          <div className="flex items-baseline gap-2">
            <SeverityMark severity={severity} isCalm={calls === 0} />
            <span aria-hidden>{severityLooks[severity].word}</span>
            <span className="figure ml-auto">{formatCount(calls)}</span>
          </div>
          <ShareBar ratio={ratio ?? 0} wantedRatio={wantedRatio} />
          <p className="mt-1 flex justify-between text-xs text-ink-faint">
            <span className="age">{ratio === null ? "" : shareOf(ratio)}</span>
            <span>{strings.wantedAboutShare({ share: shareOf(wantedRatio) })}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
