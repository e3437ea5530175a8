"use client";

import { useMemo } from "react";
import { formatSpan, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAgentLog } from "../../client/use-agents.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { AgentLogView } from "../../contracts/agents.ts";
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
    <Part title="Its log">
      {isFailed ? (
        <p className="text-warning">▲ What it told could not be read. It is tried again.</p>
      ) : (
        <Answer log={log} isOnline={standing.state === "online"} />
      )}
      {log?.asked != null || standing.state === "revoked" ? null : (
        <Button kind="outline" className="mt-2" onClick={onAsk}>
          Ask for its log…
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
          {asked.by} asked <span className="age">{formatSpan(serverNow() - asked.askedAtEpochMs)}</span> ago.{" "}
          {isOnline ? "Waiting for its answer…" : "It is not online: it is asked if it comes within 5 min."}
        </p>
      )}
      {told === null ? (
        asked === null ? (
          <p className="text-ink-faint">Nobody asked for it within the last hour.</p>
        ) : null
      ) : told.is === "unable" ? (
        <p className="text-ink-soft">
          Its release does not know how to send it: look on its PC, or give it a newer version.
        </p>
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
        {lines.length === 0 ? "No line since it was started, " : `Its last ${lines.length} lines, `}
        as of {formatTime(atEpochMs, zone)}
        {cut ? "; older ones did not fit" : ""}
      </p>
      {lines.length === 0 ? null : (
        <ol
          aria-label="Lines of its log"
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
