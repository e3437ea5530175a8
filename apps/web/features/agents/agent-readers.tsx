import type { ReaderCondition } from "@tapline/core/tap";
import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import * as strings from "../../strings/generated/agents/agent-readers.ts";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";
import type { Standing } from "./agent-standing.ts";

/** What each condition of a reader means, and whether it takes taps. */
const conditions: Record<ReaderCondition, { words: string; isSilent: boolean }> = {
  ready: { words: "ready", isSilent: false },
  reading: { words: strings.readingATap, isSilent: false },
  collision: { words: strings.seesSeveralTagsAtOnce, isSilent: false },
  stalled: { words: strings.stalledATagLiesThere, isSilent: true },
  busy: { words: strings.busyAnotherProgramHasIt, isSilent: true },
  paused: { words: strings.pausedTheOutboxHasNo, isSilent: true },
  failed: { words: "failed", isSilent: true },
  gone: { words: "unplugged", isSilent: false },
};
const order = Object.keys(conditions) as ReaderCondition[];

/** The readers of an agent by their conditions, as it last reported them. */
export function AgentReaders({ standing }: { standing: Standing }) {
  const { agent, state } = standing;
  const { last } = agent;
  if (last === null) return null;
  const found = order.filter((condition) => (last.report.readers[condition] ?? 0) > 0);
  const isOld = state !== "online";
  return (
    <Part title={strings.readers}>
      {found.length === 0 ? <p className="text-ink-soft">{strings.itHasNoReader}</p> : null}
      <ul className="space-y-1">
        {found.map((condition) => {
          const { words, isSilent } = conditions[condition];
          const isBad = isSilent && !isOld;
          return (
            <li
              key={condition}
              className={cn("flex gap-2", isBad ? "font-medium text-warning" : "text-ink-soft")}
            >
              <span className="figure">{last.report.readers[condition]}</span>
              <span>
                {isBad ? <span aria-hidden>▲ </span> : null}
                {words}
              </span>
            </li>
          );
        })}
      </ul>
      {isOld && found.length > 0 ? (
        <p className="age mt-1 text-xs text-ink-faint">
          {strings.thatWasSpanAgoHow({ span: formatSpan(serverNow() - last.seenAtEpochMs) })}
        </p>
      ) : null}
    </Part>
  );
}
