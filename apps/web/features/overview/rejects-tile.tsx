import type { KpiLive } from "@tapline/core/kpi";
import { formatCount } from "../../client/format.ts";
import * as strings from "../../strings/generated/overview/rejects-tile.ts";
import { rich } from "../../strings/rich.tsx";
import { rejectRows, rejectTotal } from "./rejects.ts";
import { Figure, Tile } from "./tile.tsx";

const mostRows = 4;

/** Why validation refused taps, the most frequent reasons first. */
export function RejectsTile({ rejects }: { rejects: KpiLive["rejects"] }) {
  const rows = rejectRows(rejects ?? {});
  const rest = rows.slice(mostRows).reduce((total, row) => total + row.count, 0);
  return (
    <Tile
      name={strings.rejectsByReason}
      window={strings.last60S}
      className="col-span-2 lg:col-span-4"
      testId="rejects"
    >
      <div className="flex flex-1 items-start gap-5">
        <Figure
          value={formatCount(rejectTotal(rejects))}
          unit={strings.taps({ rejected: rejectTotal(rejects) ?? 0 })}
        />
        {rows.length === 0 ? (
          <p className="pt-2 text-xs text-ink-faint">
            {rejects === null ? strings.notKnownTransferIsNot : strings.noneWasRefused}
          </p>
        ) : (
          <ul className="min-w-0 flex-1 space-y-1.5">
            {rows.slice(0, mostRows).map((row) => (
              <li key={row.reason} className="text-xs">
                <div className="flex items-baseline justify-between gap-2">
                  <span className="truncate text-ink-soft">{row.label}</span>
                  <span className="figure">{formatCount(row.count)}</span>
                </div>
                <svg
                  aria-hidden
                  viewBox="0 0 100 1"
                  preserveAspectRatio="none"
                  className="mt-0.5 block h-1 w-full"
                >
                  <rect width="100" height="1" fill="var(--line)" />
                  <rect width={row.share * 100} height="1" fill="var(--ink-faint)" />
                </svg>
              </li>
            ))}
            {rest === 0 ? null : (
              <li className="flex justify-between text-xs text-ink-faint">
                {rich(strings.otherReasonsRest, {
                  rest: <span className="figure">{formatCount(rest)}</span>,
                })}
              </li>
            )}
          </ul>
        )}
      </div>
    </Tile>
  );
}
