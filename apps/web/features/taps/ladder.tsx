import type { AckLevel } from "@tapline/core/tap";
import type { TapTrace } from "../../contracts/taps.ts";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";

/** The lowest rung first. */
const promises: Readonly<Record<AckLevel, string>> = {
  accepted: "in the memory of a server",
  durable: "in Redis, on disk",
  archived: "in the archive, checked and indexed",
  proven: "in a checkpoint that a witness has cosigned",
};

// Core's own list would bring all its schemas into the page.
const rungs = Object.keys(promises) as AckLevel[];

/** What the next rung waits for. */
const wants: Readonly<Record<AckLevel, string>> = {
  accepted: "its agent to deliver it",
  durable: "Redis to have it on disk",
  archived: "an archive to hold it, and the index to have it",
  proven: "the next checkpoint that a witness cosigns",
};

/** How much is promised of the tap by now, and what the next rung waits for. */
export function Ladder({ trace }: { trace: TapTrace }) {
  const { rung, state } = trace;
  const next = nextOf(trace);
  return (
    <Part title="Ack ladder">
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
              <span className="sr-only">{isReached ? "reached" : "not reached"}</span>
            </li>
          );
        })}
      </ol>
      <p className="mt-2 text-ink-soft">
        {next === null ? endWords[state] : `Next, ${next}: it waits for ${wants[next]}.`}
        {next === "proven" && trace.segment?.entry?.isWitnessed === false
          ? " No witness has cosigned anything yet: without one no tap comes to that."
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
  ...{ archived: "The highest rung: nothing is to come.", duplicate: "The highest rung, by its first copy." },
  rejected: "No further: it was refused. A replay out of quarantine may bring it on.",
  gap: "Its agent does not have it any more, and it has no end.",
  ...{ "under-way": "", "with-agent": "" },
};
