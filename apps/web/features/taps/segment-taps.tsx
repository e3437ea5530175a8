import Link from "next/link";
import { formatCount } from "../../client/format.ts";
import { writeTapName } from "../../contracts/tap-name.ts";
import type { TapRun, TapSegment } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/segment-taps.ts";
import { rich } from "../../strings/rich.tsx";
import { Part } from "../../ui/part.tsx";
import { tapHref } from "./tap-facts.tsx";
import { numbersOf } from "./tap-words.ts";

const shownRuns = 8;

/** The other taps of a segment: whose, and which numbers. */
export function SegmentTaps({ segment }: { segment: TapSegment }) {
  return (
    <Part title={strings.withItInTheSegment}>
      <Runs
        name={strings.trackers}
        runs={segment.trackers}
        tapOf={({ id, epoch, lastSeq }) => writeTapName({ by: "tracker", tracker: id, epoch, seq: lastSeq })}
      />
      <Runs
        name={strings.agents}
        runs={segment.agents}
        tapOf={({ id, epoch, lastSeq }) => writeTapName({ by: "agent", agent: id, epoch, seq: lastSeq })}
      />
    </Part>
  );
}

function Runs({
  name,
  runs,
  tapOf,
}: {
  name: string;
  runs: readonly TapRun[];
  tapOf: (run: TapRun) => string;
}) {
  if (runs.length === 0) return null;
  const rest = runs.length - shownRuns;
  return (
    <>
      <p className="mt-1 text-xs text-ink-faint">{name}</p>
      <ul className="space-y-0.5">
        {runs.slice(0, shownRuns).map((run) => (
          <li key={tapOf(run)}>
            <Link
              href={tapHref(tapOf(run))}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
            >
              {rich(strings.idEpochEpochNumbers, {
                id: <code className="font-mono text-xs">{run.id}</code>,
                epoch: <span className="figure">{run.epoch}</span>,
                numbers: <span className="figure">{numbersOf(run)}</span>,
              })}
            </Link>
          </li>
        ))}
      </ul>
      {rest > 0 ? (
        <p className="text-xs text-ink-faint">{strings.andRestMoreRuns({ rest: formatCount(rest) })}</p>
      ) : null}
    </>
  );
}
