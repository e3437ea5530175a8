import type { FleetEffect } from "@tapline/core/rollout";
import { adviceOf } from "../../client/api.ts";

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
      {isPending ? "Asking what it would do…" : null}
      {error == null ? null : (adviceOf(error) ?? "What it would do could not be asked.")}
      {effect?.length === 0 ? nothing : null}
      {effect === undefined || effect.length === 0 ? null : (
        <ul className="space-y-1">
          {effect.map(({ agents, from, to }) => (
            <li key={`${from}\n${to}`} className="[overflow-wrap:anywhere]">
              <span className="font-medium">{namesOf(agents)}</span>. Now: {from}. Then: {to}.
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
  return more > 0 ? `${agents.length} agents: ${named} and ${more} more` : named;
}
