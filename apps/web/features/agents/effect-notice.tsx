import type { FleetEffect } from "@tapline/core/rollout";
import { adviceOf } from "../../client/api.ts";
import * as strings from "../../strings/generated/agents/effect-notice.ts";
import { rich } from "../../strings/rich.tsx";

const mostNamed = 5;

/** What the server says that an act would do, and to whom. */
export function EffectNotice({
  effect,
  error,
  isPending,
  nothing,
}: {
  effect: FleetEffect | undefined;
  error: unknown;
  isPending: boolean;
  /** What is said where no agent is told anything else. */
  nothing: string;
}) {
  return (
    <div role="status" className="rounded-md border border-line bg-raised px-3 py-2 text-sm">
      {isPending ? strings.askingWhatItWouldDo : null}
      {error == null ? null : (adviceOf(error) ?? strings.whatItWouldDoCould)}
      {effect?.length === 0 ? nothing : null}
      {effect === undefined || effect.length === 0 ? null : (
        <ul className="space-y-1">
          {effect.map(({ agents, from, to }) => (
            <li key={`${from}\n${to}`} className="[overflow-wrap:anywhere]">
              {rich(strings.namesNowFromThenTo, {
                names: <span className="font-medium">{namesOf(agents)}</span>,
                from,
                to,
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function namesOf(agents: readonly string[]): string {
  const more = agents.length - mostNamed;
  const named = agents.slice(0, mostNamed).join(", ");
  return more > 0 ? strings.agentsAgentsNamedAndMore({ agents: agents.length, named, more }) : named;
}
