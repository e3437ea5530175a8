import { formatCount } from "../../client/format.ts";
import * as strings from "../../strings/generated/alert-health/counted.ts";
import { ShareBar } from "./share-bar.tsx";

interface CountedRow {
  name: string;
  /** A scope's key; `null` where it is of no one place. */
  place: string | null;
  figure: string;
  /** Of all, 0-1, where that says something. */
  ratio?: number;
}

/** Names with how often or how long, and how many of `total` are not named; says so where there are none. */
export function Counted({ rows, total }: { rows: readonly CountedRow[]; total: number }) {
  if (rows.length === 0) return <p className="text-sm text-ink-faint">{strings.none}</p>;
  return (
    <>
      <ul className="space-y-2.5 text-sm">
        {rows.map(({ name, place, figure, ratio }) => (
          <li key={`${name} ${place}`}>
            <div className="flex items-baseline justify-between gap-3">
              <span className="min-w-0 truncate">
                {name}
                {place === null ? null : <span className="text-xs text-ink-faint"> {placeWords(place)}</span>}
              </span>
              <span className="figure shrink-0">{figure}</span>
            </div>
            {ratio === undefined ? null : <ShareBar ratio={ratio} />}
          </li>
        ))}
      </ul>
      {total > rows.length ? (
        <p className="mt-2.5 text-xs text-ink-faint">
          {strings.andTotalMore({ total: formatCount(total - rows.length) })}
        </p>
      ) : null}
    </>
  );
}

function placeWords(scopeKey: string): string {
  return scopeKey === "" ? strings.wholeInstallation : scopeKey.replaceAll(";", ", ").replaceAll("=", " ");
}
