import type { AckLevel } from "@tapline/core/tap";
import type { TapTrace } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/ladder.ts";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";

/** The lowest rung first. */
const promises: Readonly<Record<AckLevel, string>> = {
  accepted: strings.inTheMemoryOfA,
  durable: strings.inRedisOnDisk,
  archived: strings.inTheArchiveCheckedAnd,
  proven: strings.inACheckpointThatA,
};

// Core's own list would bring all its schemas into the page.
const rungs = Object.keys(promises) as AckLevel[];

/** What the next rung waits for. */
const wants: Readonly<Record<AckLevel, string>> = {
  accepted: strings.itsAgentToDeliverIt,
  durable: strings.redisToHaveItOn,
  archived: strings.anArchiveToHoldIt,
  proven: strings.theNextCheckpointThatA,
};

/** How much is promised of the tap by now, and what the next rung waits for. */
export function Ladder({ trace }: { trace: TapTrace }) {
  const { rung, state } = trace;
  const next = nextOf(trace);
  return (
    <Part title={strings.ackLadder}>
      <ol className="space-y-1">
        {rungs.map((level, index) => {
          const isReached = rung !== null && index <= rungs.indexOf(rung);
          return (
            <li
              key={level}
              aria-current={level === rung ? "step" : undefined}
              className={cn("flex gap-2", isReached ? "text-ink" : "text-ink-faint")}
            >
              <span aria-hidden>{isReached ? "✓" : "·"}</span>
              <span className={level === rung ? "font-semibold" : ""}>{level}</span>
              <span className="text-ink-faint">{promises[level]}</span>
              <span className="sr-only">{isReached ? strings.reached : strings.notReached}</span>
            </li>
          );
        })}
      </ol>
      <p className="mt-2 text-ink-soft">
        {next === null ? endWords[state] : strings.nextNextItWaitsFor({ next, wants: wants[next] })}
        {next === "proven" && trace.segment?.entry?.isWitnessed === false
          ? strings.noWitnessHasCosignedAnything
          : null}
      </p>
    </Part>
  );
}

/** `null`: no rung is to come. */
function nextOf({ rung, state }: TapTrace): AckLevel | null {
  if (state === "rejected" || state === "gap" || rung === "proven") return null;
  return rung === null ? "accepted" : (rungs[rungs.indexOf(rung) + 1] ?? null);
}

const endWords: Readonly<Record<TapTrace["state"], string>> = {
  ...{ archived: strings.theHighestRungNothingIs, duplicate: strings.theHighestRungByIts },
  rejected: strings.noFurtherItWasRefused,
  gap: strings.itsAgentDoesNotHave,
  ...{ "under-way": "", "with-agent": "" },
};
