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
import { useMayAdminister } from "../../client/viewer.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { AgentList } from "./agent-list.tsx";
import { AgentPane } from "./agent-pane.tsx";
import { compareStandings, type Standing, standingOf } from "./agent-standing.ts";
import { FilterBar } from "./filter-bar.tsx";
import { EmptyList, UnreadList } from "./list-states.tsx";
import { useAgentKeys } from "./use-agent-keys.ts";
import { type AgentsView, agentsAddress, isMeant, isShown, shows } from "./view.ts";

const EnrolDialog = dynamic(
  () => loadPart(() => import("./enrol-dialog.tsx")).then((part) => part.EnrolDialog),
  { ssr: false },
);
const PinDialog = dynamic(() => loadPart(() => import("./pin-dialog.tsx")).then((part) => part.PinDialog), {
  ssr: false,
});
const RevokeDialog = dynamic(
  () => loadPart(() => import("./revoke-dialog.tsx")).then((part) => part.RevokeDialog),
  { ssr: false },
);

/** What is to be done, and to which agent; a new one has no name yet. */
interface Asked {
  act: "enrol" | "pin" | "revoke";
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
  const sites = useMemo(() => sitesOf(standings), [standings]);
  const cursor = useCursor(
    shown.map(({ agent }) => agent.id),
    view.open,
  );
  const open = standings.find(({ agent }) => agent.id === view.open) ?? null;

  const moveTo = (index: number) => {
    const id = cursor.moveTo(index);
    if (view.open !== null && id !== null) change({ open: id });
  };
  useAgentKeys({
    move: (by) => moveTo(cursor.index + by),
    open: () => change({ open: shown[cursor.index]?.agent.id ?? null }),
    close: () => change({ open: null }),
    enrol: () => setAsked({ act: "enrol", agent: "" }),
    textField,
  });
  return (
    <div data-stale={fleet.isFailed} className="flex flex-1 flex-col">
      <Head onEnrol={() => setAsked({ act: "enrol", agent: "" })} />
      {fleet.isFailed && fleet.agents.length > 0 ? <Unread heardEpochMs={fleet.heardEpochMs} /> : null}
      <WithSidePane
        name="The open agent"
        list={
          <Card aria-label="List of agents" className="flex min-h-0 flex-col overflow-hidden">
            <FilterBar {...{ view, textField, counts, sites }} onChange={change} />
            {shown.length > 0 ? (
              <AgentList
                standings={shown}
                cursor={cursor.index}
                onMove={moveTo}
                onOpen={(id) => change({ open: id })}
              />
            ) : (
              <Nothing
                {...{ fleet, isJudged: standings.length > 0 }}
                onEnrol={() => setAsked({ act: "enrol", agent: "" })}
              />
            )}
          </Card>
        }
        pane={
          view.open === null ? null : (
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

const sitesOf = (standings: readonly Standing[]): string[] =>
  [...new Set(standings.map(({ agent }) => agent.site))].sort();

function Head({ onEnrol }: { onEnrol: () => void }) {
  const mayAdminister = useMayAdminister();
  return (
    <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="mr-auto text-lg font-semibold tracking-tight">Readers & agents</h1>
      {mayAdminister ? (
        <Button kind="outline" onClick={onEnrol}>
          Enrol an agent…
        </Button>
      ) : (
        <p className="text-sm text-ink-faint">Enrolling and revoking need the role admin.</p>
      )}
    </div>
  );
}

function Unread({ heardEpochMs }: { heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title="The agents could not be read">
        What is shown is what was known {formatSpan(nowEpochMs - heardEpochMs)} ago, and who went offline
        since is not known. It is tried again all the time.
      </Notice>
    </div>
  );
}

function Nothing({
  fleet,
  isJudged,
  onEnrol,
}: {
  fleet: Fleet;
  /** False in the first frame, which knows no time yet, whether there are agents or not. */
  isJudged: boolean;
  onEnrol: () => void;
}) {
  if (isJudged) return <EmptyList isFleetEmpty={false} onEnrol={onEnrol} />;
  if (fleet.agents.length > 0) return <ListSkeleton of="agents" />;
  if (fleet.isFailed) return <UnreadList />;
  return fleet.isAnswered ? <EmptyList isFleetEmpty onEnrol={onEnrol} /> : <ListSkeleton of="agents" />;
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
  return asked.act === "pin" ? (
    <PinDialog {...{ standing, onClose }} />
  ) : (
    <RevokeDialog {...{ standing, onClose }} />
  );
}
