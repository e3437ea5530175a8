import { formatCount } from "../../client/format.ts";
import type { HandoverPicture } from "../../contracts/handover.ts";
import * as strings from "../../strings/generated/handover/acts-of-shift.ts";
import { rich } from "../../strings/rich.tsx";
import { Mark, Section } from "./section.tsx";

/** So many acts of a person are shown; all are in the audit log. */
const mostShown = 20;

/** What people did in the shift, by person. */
export function ActsOfShift({
  picture: { acts, hasMoreActs },
  names,
  time,
  newActs,
}: {
  picture: HandoverPicture;
  names: Record<string, string>;
  time: (epochMs: number) => string;
  newActs: number;
}) {
  return (
    <div className="lg:col-span-2">
      <Section title={strings.actsInThisShift} count={acts.length} none={strings.nobodyDidAnythingThatIs}>
        {newActs === 0 ? null : (
          <li>{rich(strings.newActsSinceItWas, { mark: (words) => <Mark>{words}</Mark>, newActs })}</li>
        )}
        {acts.map(({ personId, acts: own }) => (
          <li key={personId}>
            <p className="font-medium">
              {names[personId] ?? personId}
              <span className="font-normal text-ink-soft print:text-ink">
                {" "}
                {strings.acts({ own: own.length })}
              </span>
            </p>
            <ul className="mt-0.5 space-y-0.5 text-xs">
              {own.slice(0, mostShown).map(({ atEpochMs, action, subject, reason }) => (
                <li key={`${atEpochMs} ${action} ${subject}`} className="[overflow-wrap:anywhere]">
                  <span className="figure text-ink-soft print:text-ink">{time(atEpochMs)}</span>{" "}
                  {action.replace(".", ": ").replaceAll("-", " ")}{" "}
                  <span className="font-mono text-ink-soft print:text-ink">{subject}</span>
                  {reason === null ? "" : ` “${reason}”`}
                </li>
              ))}
              {own.length > mostShown ? (
                <li className="text-ink-soft">
                  {strings.andOwnMoreInThe({ own: formatCount(own.length - mostShown) })}
                </li>
              ) : null}
            </ul>
          </li>
        ))}
        {hasMoreActs ? <li className="text-ink-soft">{strings.earlierActsOfTheShift}</li> : null}
      </Section>
    </div>
  );
}
