"use client";

import Link from "next/link";
import { formatSpan, formatTime, unknown } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAgentDetail } from "../../client/use-agents.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { AgentGap } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/agent-pane.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import { AgentActs } from "./agent-acts.tsx";
import { AgentFigures } from "./agent-figures.tsx";
import { AgentLog } from "./agent-log.tsx";
import { AgentReaders } from "./agent-readers.tsx";
import type { Standing } from "./agent-standing.ts";
import { calls, calmWords, stateNames, troubleWords } from "./agent-words.ts";

export interface AgentPaneProps {
  id: string;
  /** `null`: there is no such agent, or it is not known yet. */
  standing: Standing | null;
  isAnswered: boolean;
  onClose: () => void;
  onAsk: (act: "enrol" | "log" | "pin" | "revoke", agentId: string) => void;
}

/** Everything that is known of one agent, and what an admin can do about it. */
export function AgentPane(props: AgentPaneProps) {
  const { id, standing } = props;
  const { detail, isFailed } = useAgentDetail(standing === null ? null : id);
  return (
    <PaneFrame
      kind={standing === null ? unknown : stateNames[standing.state]}
      title={id}
      under={standing === null ? undefined : <Whereabouts agent={standing.agent} />}
      isCalling={standing?.troubles.some(calls) === true}
      onClose={props.onClose}
      acts={standing === null ? null : <ActBar {...props} standing={standing} />}
    >
      {standing === null ? (
        <Missing id={id} isAnswered={props.isAnswered} />
      ) : (
        <>
          <Troubles standing={standing} />
          <AgentFigures standing={standing} />
          <AgentReaders standing={standing} />
          <AgentLog standing={standing} onAsk={() => props.onAsk("log", id)} />
          {detail === undefined ? (
            <PaneWaiting isFailed={isFailed} />
          ) : (
            <>
              <Gaps gaps={detail.gaps} />
              <AgentActs acts={detail.acts} names={detail.names} />
            </>
          )}
        </>
      )}
    </PaneFrame>
  );
}

function Whereabouts({ agent }: { agent: Standing["agent"] }) {
  return (
    <>
      {rich(strings.siteSiteRingRingPinned, {
        site: agent.site,
        ring: <span className="figure">{agent.ring}</span>,
        pinned: agent.pinned ? strings.pinned : "",
        hostname: agent.hostname === null ? "" : ` · ${agent.hostname}`,
        platform: agent.last === null ? "" : ` · ${agent.last.report.platform}`,
        link: (words) => (
          <Link
            href={`/taps?${new URLSearchParams({ of: `agent:${agent.id}` })}`}
            className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
          >
            {words}
          </Link>
        ),
      })}
    </>
  );
}

function Troubles({ standing }: { standing: Standing }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const { troubles } = standing;
  return (
    <div className="border-b border-line px-5 py-3 text-sm">
      {troubles.length === 0 ? (
        <p className="age text-ink-soft">
          {standing.state === "online" ? strings.nothingIsWrong : calmWords(standing, nowEpochMs, zone)}
        </p>
      ) : (
        <ul className="space-y-1">
          {troubles.map((kind) => (
            <li
              key={kind}
              className={cn("age flex gap-2", calls(kind) ? "font-medium text-warning" : "text-ink-soft")}
            >
              <span aria-hidden>{calls(kind) ? "▲" : "●"}</span>
              {troubleWords(kind, standing, nowEpochMs)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Gaps({ gaps }: { gaps: readonly AgentGap[] }) {
  const nowEpochMs = serverNow();
  return (
    <Part title={strings.openGaps}>
      {gaps.length === 0 ? (
        <p className="text-ink-faint">{strings.noneEveryTapThatIt}</p>
      ) : (
        <ul className="space-y-1">
          {gaps.map(({ epoch, first, last, openedAtEpochMs }) => (
            <li key={`${epoch}/${first}`} className="flex justify-between gap-3">
              <span>
                {rich(strings.gap, {
                  epoch: <span className="figure">{epoch}</span>,
                  count: last - first + 1,
                  numbers: <span className="figure">{first === last ? first : `${first}–${last}`}</span>,
                  faint: (words) => <span className="text-ink-faint">{words}</span>,
                })}
              </span>
              <span className="age text-xs whitespace-nowrap text-ink-faint">
                {strings.forSpan({ span: formatSpan(nowEpochMs - openedAtEpochMs) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function ActBar({ standing, onAsk }: AgentPaneProps & { standing: Standing }) {
  const mayAdminister = useMayAdminister();
  const zone = useTimeZone();
  const { agent, state } = standing;
  if (!mayAdminister) return null;
  return (
    <fieldset className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">{strings.whatToDoAboutThis}</legend>
      <Button kind="outline" onClick={() => onAsk("enrol", agent.id)}>
        {agent.enrolledAtEpochMs === null ? strings.newToken : strings.enrolAnew}
      </Button>
      {state === "revoked" ? null : (
        <>
          <Button kind="outline" onClick={() => onAsk("pin", agent.id)}>
            {strings.settingsVersion}
          </Button>
          <Button kind="outline" onClick={() => onAsk("revoke", agent.id)}>
            {strings.revoke}
          </Button>
        </>
      )}
      {agent.tokenEndsAtEpochMs === null ? null : (
        <p className="text-xs text-ink-faint">
          {strings.aTokenWaitsForIts({ time: formatTime(agent.tokenEndsAtEpochMs, zone, false) })}
        </p>
      )}
    </fieldset>
  );
}

function Missing({ id, isAnswered }: { id: string; isAnswered: boolean }) {
  if (!isAnswered) return <PaneWaiting isFailed={false} />;
  return <p className="px-5 py-4 text-sm text-ink-soft">{strings.noAgentIdIsKnown({ id })}</p>;
}
