import { useMayAdminister } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/agents/list-states.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Why there is nothing in the list: there are no agents yet, or none is meant. */
export function EmptyList({ isFleetEmpty, onEnrol }: { isFleetEmpty: boolean; onEnrol: () => void }) {
  const mayAdminister = useMayAdminister();
  if (!isFleetEmpty) return <EmptyFrame title={strings.noneMatches}>{strings.noAgentIsAsThe}</EmptyFrame>;
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto p-6">
      <div className="max-w-md text-sm">
        <p className="text-base font-semibold">{strings.enrolYourFirstAgent}</p>
        <p className="mt-1 text-ink-soft">{strings.anAgentReadsTrackersAt}</p>
        <ol className="mt-3 list-decimal space-y-1.5 pl-5 text-ink-soft">
          <li>
            {rich(strings.installTheAgentOnThe, {
              code: (words) => <code className="font-mono text-xs">{words}</code>,
            })}
          </li>
          <li>{strings.makeATokenHereIt}</li>
          <li>{strings.runTheCommandThatComes}</li>
        </ol>
        {mayAdminister ? (
          <Button kind="primary" className="mt-4" onClick={onEnrol}>
            {strings.enrolAnAgent}
          </Button>
        ) : (
          <p className="mt-4 text-ink-faint">{strings.makingTokensNeedsTheRole}</p>
        )}
      </div>
    </div>
  );
}

/** Nothing is known, since nothing could be read. */
export function UnreadList() {
  return (
    <div className="flex-1 p-4">
      <Notice tone="warning" title={strings.theAgentsCouldNotBe}>
        {strings.howTheyAreIsNot}
      </Notice>
    </div>
  );
}
