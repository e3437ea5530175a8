import { type AgentState, agentStates } from "../../client/agent-state.ts";
import type { AddressForm } from "../../client/use-address-view.ts";
import * as strings from "../../strings/generated/agents/view.ts";
import type { Standing } from "./agent-standing.ts";

/** Which agents are looked at, and which of them is open: all of it stands in the address. */
export interface AgentsView {
  /** `trouble`: those of which something is not as it should be. */
  show: "all" | "trouble" | AgentState;
  site: string | null;
  /** Words that all stand somewhere in what is told of an agent. */
  text: string;
  /** Agents one by one, or their sites. */
  by: "agent" | "site";
  /** What is open beside the list: an agent, or `rolloutsOpen`. */
  open: string | null;
}

/** The roll-outs are open: no agent is called so. */
export const rolloutsOpen = "/rollouts";

export const shows = ["all", "trouble", ...agentStates] as const satisfies readonly AgentsView["show"][];

function readView(params: Pick<URLSearchParams, "get">): AgentsView {
  const show = shows.find((known) => known === params.get("show"));
  return {
    show: show ?? "all",
    site: params.get("site") || null,
    text: params.get("words") ?? "",
    by: params.get("by") === "site" ? "site" : "agent",
    open: params.get("agent") || (params.get("open") === "rollouts" ? rolloutsOpen : null),
  };
}

function writeView({ show, site, text, by, open }: AgentsView): string {
  const params = new URLSearchParams();
  if (show !== "all") params.set("show", show);
  if (site !== null) params.set("site", site);
  if (text !== "") params.set("words", text);
  if (by === "site") params.set("by", by);
  if (open === rolloutsOpen) params.set("open", "rollouts");
  else if (open !== null) params.set("agent", open);
  return params.size === 0 ? "" : `?${params}`;
}

export const agentsAddress: AddressForm<AgentsView> = { read: readView, write: writeView };

export function isShown(standing: Standing, show: AgentsView["show"]): boolean {
  if (show === "all") return true;
  return show === "trouble" ? standing.troubles.length > 0 : standing.state === show;
}

/** Whether an agent is of the site, and says all words. */
export function isMeant(standing: Standing, { site, text }: Pick<AgentsView, "site" | "text">): boolean {
  const { agent } = standing;
  if (site !== null && agent.site !== site) return false;
  const { id, hostname, ring, last } = agent;
  const said = [
    id,
    agent.site,
    hostname,
    strings.ringRing({ ring }),
    last?.report.version,
    ...standing.troubles,
  ]
    .join(" ")
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}
