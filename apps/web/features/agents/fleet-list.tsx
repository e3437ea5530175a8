import type { RefObject } from "react";
import type { Agents as Fleet } from "../../client/use-agents.ts";
import * as strings from "../../strings/generated/agents/fleet-list.ts";
import { Card } from "../../ui/card.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { AgentList } from "./agent-list.tsx";
import type { Standing } from "./agent-standing.ts";
import { FilterBar } from "./filter-bar.tsx";
import { EmptyList, UnreadList } from "./list-states.tsx";
import { SiteGrid } from "./site-grid.tsx";
import { sitesOf } from "./sites.ts";
import type { AgentsView } from "./view.ts";

export interface FleetListProps {
  fleet: Fleet;
  view: AgentsView;
  shown: readonly Standing[];
  /** False in the first frame, which knows no time yet, whether there are agents or not. */
  isJudged: boolean;
  /** Of the chosen site and words. */
  counts: Readonly<Record<AgentsView["show"], number>>;
  /** All that there are. */
  sites: readonly string[];
  cursor: number;
  siteGrid: RefObject<HTMLUListElement | null>;
  textField: RefObject<HTMLInputElement | null>;
  onChange: (given: Partial<AgentsView>) => void;
  onMove: (index: number) => void;
  onEnrol: () => void;
}

/** The agents that are looked at, one by one or by site. */
export function FleetList(props: FleetListProps) {
  const { view, counts, sites, textField, onChange } = props;
  return (
    <Card aria-label={strings.listOfAgents} className="flex min-h-0 flex-col overflow-hidden">
      <FilterBar {...{ view, textField, counts, sites, onChange }} />
      <Body {...props} />
    </Card>
  );
}

function Body({ fleet, view, shown, isJudged, cursor, siteGrid, onChange, onMove, onEnrol }: FleetListProps) {
  if (shown.length === 0) return <Nothing {...{ fleet, isJudged, onEnrol }} />;
  if (view.by === "site")
    return (
      <SiteGrid sites={sitesOf(shown)} grid={siteGrid} onChoose={(site) => onChange({ by: "agent", site })} />
    );
  return <AgentList standings={shown} {...{ cursor, onMove }} onOpen={(id) => onChange({ open: id })} />;
}

function Nothing({ fleet, isJudged, onEnrol }: Pick<FleetListProps, "fleet" | "isJudged" | "onEnrol">) {
  if (isJudged) return <EmptyList isFleetEmpty={false} onEnrol={onEnrol} />;
  if (fleet.agents.length > 0) return <ListSkeleton of={strings.agents} />;
  if (fleet.isFailed) return <UnreadList />;
  return fleet.isAnswered ? (
    <EmptyList isFleetEmpty onEnrol={onEnrol} />
  ) : (
    <ListSkeleton of={strings.agents} />
  );
}
