import Link from "next/link";
import type { TapList } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/list-states.ts";
import { rich } from "../../strings/rich.tsx";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Why there is nothing in the list. */
export function EmptyList({
  of,
  word,
  isOfSites,
}: {
  of: TapList["of"];
  word: string;
  /** Whoever looks sees some sites only. */
  isOfSites: boolean;
}) {
  if (of === "all" && isOfSites)
    return <EmptyFrame title={strings.noTapsYet}>{strings.amongTheNewestNoneIs}</EmptyFrame>;
  if (of === "all") return <FirstTap />;
  return (
    <EmptyFrame title={of === "nothing" ? strings.nothingIsCalledWord({ word }) : strings.noTapsYet}>
      {of === "nothing" ? strings.neitherAnAgentNorA : strings.nothingOfTheOfWord({ of, word })}
      {of === "agent" ? strings.holdATrackerToOne : null}
    </EmptyFrame>
  );
}

function FirstTap() {
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto p-6">
      <div className="max-w-md text-sm">
        <p className="text-base font-semibold">{strings.seeYourFirstTap}</p>
        <ol className="mt-3 list-decimal space-y-1.5 pl-5 text-ink-soft">
          <li>
            {rich(strings.enrolAnAgentIfNone, {
              link: (words) => (
                <Link className="underline underline-offset-2" href="/agents">
                  {words}
                </Link>
              ),
            })}
          </li>
          <li>{strings.holdATrackerToOne2}</li>
          <li>{strings.itsTapShowsUpHere}</li>
        </ol>
      </div>
    </div>
  );
}

/** Nothing is known, since nothing could be read. */
export function UnreadList() {
  return (
    <div className="flex-1 p-4">
      <Notice tone="warning" title={strings.theTapsCouldNotBe}>
        {strings.itIsTriedAgainAll}
      </Notice>
    </div>
  );
}
