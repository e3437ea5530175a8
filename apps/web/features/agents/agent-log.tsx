"use client";

import { useMemo } from "react";
import { formatSpan, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAgentLog } from "../../client/use-agents.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { AgentLogView } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/agent-log.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { Part } from "../../ui/part.tsx";
import type { Standing } from "./agent-standing.ts";
import { isLoud, type LogLine, logLines } from "./log-lines.ts";

/** The last lines of an agent's log, for operators: how to ask for them, and what came. */
export function AgentLog({ standing, onAsk }: { standing: Standing; onAsk: () => void }) {
  const mayOperate = useMayOperate();
  const { log, isFailed } = useAgentLog(mayOperate ? standing.agent.id : null);
  if (!mayOperate) return null;
  return (
    <Part title={strings.itsLog}>
      {isFailed ? (
        <p className="text-warning">{strings.whatItToldCouldNot}</p>
      ) : (
        <Answer log={log} isOnline={standing.state === "online"} />
      )}
      {log?.asked != null || standing.state === "revoked" ? null : (
        <Button kind="outline" className="mt-2" onClick={onAsk}>
          {strings.askForItsLog}
        </Button>
      )}
    </Part>
  );
}

function Answer({ log, isOnline }: { log: AgentLogView | undefined; isOnline: boolean }) {
  if (log === undefined) return null;
  const { asked, told } = log;
  return (
    <>
      {asked === null ? null : (
        <p role="status" className="mb-2 text-ink-soft">
          {rich(strings.byAskedSpanAgoIs, {
            by: asked.by,
            span: <span className="age">{formatSpan(serverNow() - asked.askedAtEpochMs)}</span>,
            isOnline: isOnline ? strings.waitingForItsAnswer : strings.itIsNotOnlineIt,
          })}
        </p>
      )}
      {told === null ? (
        asked === null ? (
          <p className="text-ink-faint">{strings.nobodyAskedForItWithin}</p>
        ) : null
      ) : told.is === "unable" ? (
        <p className="text-ink-soft">{strings.itsReleaseDoesNotKnow}</p>
      ) : (
        <Lines told={told} />
      )}
    </>
  );
}

function Lines({ told }: { told: Extract<AgentLogView["told"], { is: "told" }> }) {
  const { text, cut, atEpochMs } = told;
  const lines = useMemo(() => logLines(text), [text]);
  const zone = useTimeZone();
  return (
    <>
      <p className="mb-1 text-xs text-ink-faint">
        {strings.linesAsOfTime({
          lines:
            lines.length === 0
              ? strings.noLineSinceItWas
              : strings.itsLastLinesLines({ lines: lines.length }),
          time: formatTime(atEpochMs, zone),
        })}
        {cut ? strings.olderOnesDidNotFit : ""}
      </p>
      {lines.length === 0 ? null : (
        <ol
          aria-label={strings.linesOfItsLog}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
          tabIndex={0}
          className="max-h-72 space-y-1 overflow-y-auto rounded-md border border-line bg-raised p-2 font-mono text-xs"
        >
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and none moves
            <Line key={index} line={line} />
          ))}
        </ol>
      )}
    </>
  );
}

function Line({ line }: { line: LogLine }) {
  const zone = useTimeZone();
  const { atEpochMs, level, text, facts } = line;
  return (
    <li className="[overflow-wrap:anywhere]">
      <span className="text-ink-faint">{atEpochMs === null ? "" : `${formatTime(atEpochMs, zone)} `}</span>
      {level === "" ? null : (
        <span className={cn(isLoud(line) ? "font-semibold text-warning" : "text-ink-soft")}>
          {isLoud(line) ? "▲ " : ""}
          {level}{" "}
        </span>
      )}
      {text}
      {facts === "" ? null : <span className="text-ink-soft"> {facts}</span>}
    </li>
  );
}
