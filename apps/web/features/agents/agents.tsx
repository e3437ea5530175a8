"use client";

import dynamic from "next/dynamic";
import { useMemo, useRef, useState } from "react";
import { formatSpan } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { type Agents as Fleet, useAgents } from "../../client/use-agents.ts";
import { useCursor } from "../../client/use-cursor.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayAdminister, useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/agents/agents.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { AgentPane } from "./agent-pane.tsx";
import { compareStandings, type Standing, standingOf } from "./agent-standing.ts";
import { FleetList } from "./fleet-list.tsx";
import { focusSite } from "./site-grid.tsx";
import { useAgentKeys } from "./use-agent-keys.ts";
import { type AgentsView, agentsAddress, isMeant, isShown, rolloutsOpen, shows } from "./view.ts";

const RolloutPane = dynamic(
  () => loadPart(() => import("./rollouts/rollout-pane.tsx")).then((part) => part.RolloutPane),
  { ssr: false, loading: () => <PaneWaiting isFailed={false} /> },
);
const EnrolDialog = dynamic(
  () => loadPart(() => import("./enrol-dialog.tsx")).then((part) => part.EnrolDialog),
  { ssr: false },
);
const LogDialog = dynamic(() => loadPart(() => import("./log-dialog.tsx")).then((part) => part.LogDialog), {
  ssr: false,
});
const PinDialog = dynamic(() => loadPart(() => import("./pin-dialog.tsx")).then((part) => part.PinDialog), {
  ssr: false,
});
const RevokeDialog = dynamic(
  () => loadPart(() => import("./revoke-dialog.tsx")).then((part) => part.RevokeDialog),
  { ssr: false },
);

/** What is to be done, and to which agent; a new one has no name yet. */
interface Asked {
  act: "enrol" | "log" | "pin" | "revoke";
  agent: string;
}

/** The whole fleet, what is abnormal first; one agent whole beside the list; and what an admin can do about them. */
export function Agents() {
  const { view, change } = useAddressView(agentsAddress);
  const fleet = useAgents();
  const standings = useStandings(fleet);
  const [asked, setAsked] = useState<Asked | null>(null);
  const textField = useRef<HTMLInputElement>(null);
  const meant = useMemo(() => standings.filter((one) => isMeant(one, view)), [standings, view]);
  const shown = useMemo(() => meant.filter((one) => isShown(one, view.show)), [meant, view.show]);
  const counts = useMemo(() => countsOf(meant), [meant]);
  const sites = useMemo(() => [...new Set(standings.map(({ agent }) => agent.site))].sort(), [standings]);
  const bySite = view.by === "site";
  const siteGrid = useRef<HTMLUListElement>(null);
  const cursor = useCursor(
    shown.map(({ agent }) => agent.id),
    view.open,
  );
  const open = standings.find(({ agent }) => agent.id === view.open) ?? null;

  const enrol = () => setAsked({ act: "enrol", agent: "" });
  const moveTo = (index: number) => {
    const id = cursor.moveTo(index);
    if (view.open !== null && view.open !== rolloutsOpen && id !== null) change({ open: id });
  };
  useAgentKeys({
    move: (by) => (bySite ? focusSite(siteGrid.current, by) : moveTo(cursor.index + by)),
    open: () => {
      if (!bySite) change({ open: shown[cursor.index]?.agent.id ?? null });
    },
    close: () => change({ open: null }),
    bySite: () => change({ by: bySite ? "agent" : "site" }),
    rollouts: () => change({ open: rolloutsOpen }),
    enrol,
    textField,
  });
  return (
    <div data-stale={fleet.isFailed} className="flex flex-1 flex-col">
      <Head
        onRollouts={() => change({ open: view.open === rolloutsOpen ? null : rolloutsOpen })}
        onEnrol={enrol}
      />
      {fleet.isFailed && fleet.agents.length > 0 ? <Unread heardEpochMs={fleet.heardEpochMs} /> : null}
      <WithSidePane
        name={view.open === rolloutsOpen ? strings.rollOuts : strings.theOpenAgent}
        list={
          <FleetList
            {...{ fleet, view, shown, counts, sites, siteGrid, textField }}
            isJudged={standings.length > 0}
            cursor={cursor.index}
            onChange={change}
            onMove={moveTo}
            onEnrol={enrol}
          />
        }
        pane={
          view.open === null ? null : view.open === rolloutsOpen ? (
            <RolloutPane onClose={() => change({ open: null })} />
          ) : (
            <AgentPane
              {...{ id: view.open, standing: open, isAnswered: fleet.isAnswered }}
              onClose={() => change({ open: null })}
              onAsk={(act, agent) => setAsked({ act, agent })}
            />
          )
        }
      />
      <Dialogs {...{ asked, standings, sites }} onClose={() => setAsked(null)} />
    </div>
  );
}

/** How all agents are now, in the order of the list. */
function useStandings({ agents }: Fleet): Standing[] {
  const nowEpochMs = useNow(1_000);
  return useMemo(
    () =>
      nowEpochMs === null ? [] : agents.map((one) => standingOf(one, serverNow())).toSorted(compareStandings),
    [agents, nowEpochMs],
  );
}

function countsOf(meant: readonly Standing[]): Record<AgentsView["show"], number> {
  const counts = shows.map((show) => [show, meant.filter((one) => isShown(one, show)).length] as const);
  return Object.fromEntries(counts) as Record<AgentsView["show"], number>;
}

function Head({ onRollouts, onEnrol }: { onRollouts: () => void; onEnrol: () => void }) {
  const mayAdminister = useMayAdminister();
  const isWhole = useSites() === null;
  return (
    <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.readersAgents}</h1>
      {isWhole ? <Button onClick={onRollouts}>{strings.settingsAndVersions}</Button> : null}
      {mayAdminister ? (
        <Button kind="outline" onClick={onEnrol}>
          {strings.enrolAnAgent}
        </Button>
      ) : (
        <p className="text-sm text-ink-faint">{strings.enrollingAndRevokingNeedThe}</p>
      )}
    </div>
  );
}

function Unread({ heardEpochMs }: { heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title={strings.theAgentsCouldNotBe}>
        {strings.whatIsShownIsWhat({ span: formatSpan(nowEpochMs - heardEpochMs) })}
      </Notice>
    </div>
  );
}

function Dialogs({
  asked,
  standings,
  sites,
  onClose,
}: {
  asked: Asked | null;
  standings: readonly Standing[];
  sites: readonly string[];
  onClose: () => void;
}) {
  if (asked === null) return null;
  const standing = standings.find(({ agent }) => agent.id === asked.agent) ?? null;
  if (asked.act === "enrol") return <EnrolDialog given={asked.agent} {...{ standings, sites, onClose }} />;
  if (standing === null) return null;
  if (asked.act === "log") return <LogDialog {...{ standing, onClose }} />;
  return asked.act === "pin" ? (
    <PinDialog {...{ standing, onClose }} />
  ) : (
    <RevokeDialog {...{ standing, onClose }} />
  );
}
