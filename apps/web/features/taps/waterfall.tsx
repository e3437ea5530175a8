import { formatAge, formatCount, formatDay } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { TapStep } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/waterfall.ts";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";
import { type DrawnStep, drawSteps } from "./spans.ts";
import { formatInstant, stepNames, stepWords } from "./tap-words.ts";

/** Every step of a tap with its time, and what it took; what is not known is said. */
export function Waterfall({ steps, isOneOfMany }: { steps: readonly TapStep[]; isOneOfMany: boolean }) {
  return (
    <Part title={strings.stepByStep}>
      <ol>
        {drawSteps(steps).map((drawn) => (
          <Step key={`${drawn.step.step} ${drawn.step.what}`} drawn={drawn} />
        ))}
      </ol>
      <p className="mt-2 text-xs text-ink-faint">
        {isOneOfMany ? strings.timesOfReadingAndTaking : ""}
        {strings.readIsByTheAgents}
      </p>
    </Part>
  );
}

function Step({ drawn }: { drawn: DrawnStep }) {
  const zone = useTimeZone();
  const { step, sinceMs } = drawn;
  const isDone = step.is === "known" || step.is === "not-kept" || step.is === "unread";
  return (
    <li className="grid grid-cols-[1rem_minmax(0,1fr)_5rem_4.5rem] items-center gap-x-2 border-b border-line py-1.5 last:border-b-0">
      <span aria-hidden className={isDone || step.is === "at-it" ? "text-ink" : "text-ink-faint"}>
        {step.is === "at-it" ? "▸" : isDone ? "✓" : "·"}
      </span>
      <div className="min-w-0">
        <p className={cn("truncate", isDone || step.is === "at-it" ? "text-ink" : "text-ink-faint")}>
          {stepNames[step.step]}
          {step.what === null ? null : <span className="text-ink-faint"> · {step.what}</span>}
        </p>
        <p className={cn("text-xs text-ink-faint", step.is === "known" && "figure")}>
          {step.is !== "known" || step.atEpochMs === null ? (
            stepWords[step.is === "known" ? "not-kept" : step.is]
          ) : (
            <>
              <time dateTime={new Date(step.atEpochMs).toISOString()} title={formatDay(step.atEpochMs, zone)}>
                {formatInstant(step.atEpochMs, zone)}
              </time>
              {step.untilEpochMs === null ? null : ` – ${formatInstant(step.untilEpochMs, zone)}`}
            </>
          )}
        </p>
      </div>
      <Bar {...drawn} />
      <span className="figure text-right text-xs whitespace-nowrap text-ink-soft">
        {sinceMs === null ? "" : `+${formatTook(sinceMs)}`}
      </span>
    </li>
  );
}

const formatTook = (ms: number): string =>
  ms < 1_000 ? strings.msMs({ ms: formatCount(ms) }) : formatAge(ms);

function Bar({ from, to }: DrawnStep) {
  if (from === null || to === null) return <span />;
  const width = Math.max((to - from) * 100, 3);
  return (
    <svg aria-hidden viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full">
      <rect width="100" height="8" className="fill-raised" />
      <rect x={Math.min(from * 100, 97)} width={width} height="8" className="fill-ink-soft" />
    </svg>
  );
}
