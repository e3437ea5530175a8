import type { RingHealth } from "@tapline/core/rollout";
import { formatCount } from "../../../client/format.ts";
import * as strings from "../../../strings/generated/agents/rollouts/ring-list.ts";
import { rich } from "../../../strings/rich.tsx";
import { heldUpBy } from "./rollout-words.ts";

/** How a change stands in each ring, and who holds it up. */
export function RingList({ rings, isUnderWay }: { rings: readonly RingHealth[]; isUnderWay: boolean }) {
  return (
    <ul className="mt-2 space-y-1.5">
      {rings.map((ring) => (
        <li key={ring.ring} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-1">
          <span aria-hidden className="text-ink-faint">
            {!ring.reached ? "○" : isDone(ring) ? "✓" : "●"}
          </span>
          <div>
            <p>
              {rich(strings.ringRingReachedDoneHave, {
                ring: <span className="figure">{ring.ring}</span>,
                reached: ring.reached ? "" : strings.notReached,
                done: (
                  <span className="figure">
                    {strings.doneOfAgents({
                      done: formatCount(ring.done),
                      agents: formatCount(ring.agents - ring.pinned),
                    })}
                  </span>
                ),
              })}
              {ring.pinned === 0 ? "" : strings.pinnedPinned({ pinned: formatCount(ring.pinned) })}
            </p>
            {isUnderWay && ring.reached && ring.troubled.length > 0 ? (
              <p className="text-xs text-ink-soft [overflow-wrap:anywhere]">{heldUpBy(ring)}</p>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

const isDone = ({ done, agents, pinned, troubled }: RingHealth): boolean =>
  done === agents - pinned && troubled.length === 0;
