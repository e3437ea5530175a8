"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { api } from "../../client/api.ts";
import { formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAgents } from "../../client/use-agents.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import { writeTapName } from "../../contracts/tap-name.ts";
import * as strings from "../../strings/generated/overview/first-visit.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { type Visit, type VisitStep, visitOf, visitSteps } from "./first-visit.ts";

/** The first tap is on its way for less than a second: so often it is looked for, ms. */
const lookMs = 1_000;

const titles: Readonly<Record<VisitStep, string>> = {
  enrol: strings.enrolAnAgent,
  start: strings.startIt,
  tap: strings.holdATrackerToOne,
};

const link = "underline decoration-line-strong underline-offset-2 hover:decoration-ink";
const code = "font-mono text-xs whitespace-nowrap";

/** Leads through a first visit: from no agent to the first tap, and says when it is here. */
export function FirstVisit({ hasTap, onClose }: { hasTap: boolean; onClose: () => void }) {
  const fleet = useAgents();
  useNow(1_000);
  const visit = visitOf(fleet.agents, serverNow());
  const at = hasTap ? visitSteps.length : visitSteps.indexOf(visit.next);
  return (
    <Card
      aria-label={strings.theWayToTheFirst}
      className="mb-3 border-dashed border-line-strong px-6 py-5 text-sm"
    >
      <div className="flex items-start gap-4">
        <div role="status" className="mr-auto">
          <h2 className="text-base font-semibold">
            {hasTap ? strings.theFirstTapIsHere : strings.noTapsYet}
          </h2>
        </div>
        {hasTap ? (
          <Button kind="outline" onClick={onClose}>
            {strings.close}
          </Button>
        ) : null}
      </div>
      <ol className="mt-3 space-y-2.5">
        {visitSteps.map((step, index) => (
          <Step key={step} title={titles[step]} is={index < at ? "done" : index > at ? "later" : "next"}>
            {index === at && fleet.isAnswered ? <Next {...{ visit, isFailed: fleet.isFailed }} /> : null}
          </Step>
        ))}
      </ol>
      {hasTap ? <FirstTap /> : null}
    </Card>
  );
}

const marks = { done: "✓", next: "●", later: "○" } as const;
const said = { done: "done", next: "next", later: "later" } as const;

function Step({ title, is, children }: { title: string; is: keyof typeof marks; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)]" aria-current={is === "next" ? "step" : undefined}>
      <span aria-hidden className="text-ink-faint">
        {marks[is]}
      </span>
      <div>
        <p className={cn(is === "next" ? "font-medium" : "text-ink-soft")}>
          {title} <span className="sr-only">({said[is]})</span>
        </p>
        {children}
      </div>
    </li>
  );
}

/** What to do for the step that is next, and what it waits for. */
function Next({ visit, isFailed }: { visit: Visit; isFailed: boolean }) {
  if (isFailed) return <p className="mt-0.5 text-warning">{strings.howTheAgentsAreCould}</p>;
  const { next, agent, readers } = visit;
  if (next === "enrol") return <ToEnrol agent={agent} />;
  const name = (
    <Link className={link} href={`/agents?${new URLSearchParams({ agent: agent?.id ?? "" })}`}>
      {agent?.id}
    </Link>
  );
  if (next === "start")
    return (
      <p className="mt-0.5 max-w-prose text-ink-soft">
        {rich(strings.nameHasEnrolledAndIs, { name, code: (words) => <code className={code}>{words}</code> })}
      </p>
    );
  return (
    <p className="mt-0.5 max-w-prose text-ink-soft">
      {readers === 0
        ? rich(strings.onlineWithoutReader, { name })
        : rich(strings.onlineWithReaders, { name, readers })}
    </p>
  );
}

function ToEnrol({ agent }: { agent: Visit["agent"] }) {
  const mayAdminister = useMayAdminister();
  const zone = useTimeZone();
  const until = agent?.tokenEndsAtEpochMs ?? null;
  return (
    <p className="mt-0.5 max-w-prose text-ink-soft">
      {agent === null || until === null
        ? strings.noAgentIsKnownYet
        : strings.aTokenForIdWaits({ id: agent.id, time: formatTime(until, zone, false) })}
      {mayAdminister ? (
        <Link className={link} href="/agents">
          {until === null ? strings.makeATokenForIt : strings.makeAnotherToken}
        </Link>
      ) : (
        strings.makingTokensNeedsTheRole
      )}
    </p>
  );
}

/** Which one it was, once it has its end. */
function FirstTap() {
  const zone = useTimeZone();
  const { data } = useQuery({
    ...api.tap.list.queryOptions({ of: "" }),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.rows.length === 0 ? lookMs : false,
  });
  const first = data?.rows.at(-1);
  if (first === undefined) return <p className="mt-3 text-ink-soft">{strings.itIsOnItsWay}</p>;
  const { who: agent, epoch, firstSeq: seq, is, atEpochMs } = first;
  const when = atEpochMs === null ? "" : strings.atTime({ time: formatTime(atEpochMs, zone) });
  const tap = writeTapName({ by: "agent", agent, epoch, seq });
  return (
    <p className="mt-3 text-ink-soft">
      {rich(strings.agentReadItAndIt, {
        agent,
        is: is === "archived" ? strings.archived : strings.refused,
        when: <span className="age">{when}</span>,
        link: (words) => (
          <Link className={link} href={`/taps?${new URLSearchParams({ of: `agent:${agent}`, tap })}`}>
            {words}
          </Link>
        ),
      })}
    </p>
  );
}
