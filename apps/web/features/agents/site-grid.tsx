import type { RefObject } from "react";
import { type AgentState, agentStates } from "../../client/agent-state.ts";
import { formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import * as strings from "../../strings/generated/agents/site-grid.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";
import { calls, stateNames, troubleWords } from "./agent-words.ts";
import type { SiteStanding } from "./sites.ts";

/** The sites, the worst first: how many of their agents are how, and what is worst. Choosing one leads to its agents. */
export function SiteGrid({
  sites,
  grid,
  onChoose,
}: {
  sites: readonly SiteStanding[];
  grid: RefObject<HTMLUListElement | null>;
  onChoose: (site: string) => void;
}) {
  return (
    <ul
      ref={grid}
      aria-label={strings.sites}
      className="grid min-h-0 flex-1 auto-rows-min grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-2 overflow-y-auto p-3"
    >
      {sites.map((site) => (
        <Site key={site.site} site={site} onChoose={onChoose} />
      ))}
    </ul>
  );
}

function Site({ site: one, onChoose }: { site: SiteStanding; onChoose: (site: string) => void }) {
  const { site, calling, counts, waitingTaps } = one;
  const isCalling = calling > 0;
  return (
    <li>
      <button
        type="button"
        onClick={() => onChoose(site)}
        className={cn(
          "flex h-full w-full flex-col rounded-md border border-line border-l-4 px-3 py-2 text-left text-sm hover:bg-raised",
          isCalling ? "border-l-warning" : "border-l-line-strong",
        )}
      >
        <span className="flex w-full items-baseline gap-2">
          <span className={cn("min-w-0 flex-1 truncate", isCalling ? "font-semibold" : "text-ink-soft")}>
            {isCalling ? (
              <span aria-hidden className="text-warning">
                ▲{" "}
              </span>
            ) : null}
            {site}
          </span>
          {isCalling ? (
            <span className="text-xs font-medium whitespace-nowrap text-warning">
              {rich(strings.callingNotWell, {
                calling: <span className="figure">{formatCount(calling)}</span>,
              })}
            </span>
          ) : null}
        </span>
        <span className="age mt-0.5 line-clamp-2 text-xs text-ink-soft">{worstWords(one)}</span>
        <span className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink-faint">
          {agentStates.map((state) =>
            counts[state] > 0 ? <Count key={state} {...{ state, counts }} /> : null,
          )}
          {waitingTaps > 0 ? (
            <span>
              {rich(strings.waitingTapsTapsWait, {
                waitingTaps: <span className="figure">{formatCount(waitingTaps)}</span>,
                waitingTapsCount: waitingTaps,
              })}
            </span>
          ) : null}
        </span>
      </button>
    </li>
  );
}

const Count = ({ state, counts }: { state: AgentState; counts: SiteStanding["counts"] }) => (
  <span>
    <span className="figure">{formatCount(counts[state])}</span> {stateNames[state].toLowerCase()}
  </span>
);

function worstWords({ worst, calling }: SiteStanding): string {
  const [trouble] = worst.troubles;
  if (trouble === undefined) return strings.nothingIsWrong;
  const words = `${worst.agent.id}: ${troubleWords(trouble, worst, serverNow())}`;
  return calls(trouble) && calling > 1
    ? strings.wordsAndCallingMore({ words, calling: formatCount(calling - 1) })
    : words;
}

/** Moves the focus to the next site, or the one before; to the first where none has it. */
export function focusSite(grid: HTMLElement | null, by: number): void {
  const sites = [...(grid?.querySelectorAll("button") ?? [])];
  const at = sites.findIndex((one) => one.matches(":focus"));
  const to = at < 0 ? 0 : Math.min(sites.length - 1, Math.max(0, at + by));
  sites[to]?.focus();
}
