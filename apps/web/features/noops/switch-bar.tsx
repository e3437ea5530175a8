import { ago } from "../../client/ago.ts";
import { formatDayTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayAdminister, useMayOperate } from "../../client/viewer.tsx";
import type { NoopsBoard } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/switch-bar.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { AskedAct } from "./asked.ts";
import { nameOf } from "./noops-words.ts";

/** How NoOps stands, and what stops it: on each of its pages at the same place. */
export function SwitchBar({
  title,
  board,
  onAsk,
}: {
  title: string;
  board: NoopsBoard | undefined;
  onAsk: (asked: AskedAct) => void;
}) {
  const mayOperate = useMayOperate();
  const isKilled = board !== undefined && board.switches.kill !== null;
  return (
    <>
      <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        <p className="mr-auto text-sm text-ink-soft">
          {board === undefined ? null : <Decider board={board} />}
        </p>
        {!mayOperate ? (
          <p className="text-sm text-ink-faint">{strings.stoppingAndAnsweringNeedThe}</p>
        ) : board === undefined ? null : (
          <>
            {board.switches.pauses.length > 0 ? (
              <Button onClick={() => onAsk({ act: "resume" })}>{strings.resume}</Button>
            ) : null}
            <Button kind="outline" onClick={() => onAsk({ act: "pause" })}>
              {strings.pause}
            </Button>
            {isKilled ? null : (
              <Button
                kind="outline"
                className="border-critical text-critical"
                onClick={() => onAsk({ act: "kill" })}
              >
                <span aria-hidden>■</span> {strings.stopEverything}
              </Button>
            )}
          </>
        )}
      </div>
      {board === undefined ? null : <Held board={board} onAsk={onAsk} />}
    </>
  );
}

function Decider({ board: { lease } }: { board: NoopsBoard }) {
  if (lease?.isHeld === true) return <>{strings.holderDecides({ holder: lease.holder })}</>;
  return (
    <span className="font-medium text-warning">
      <span aria-hidden>▲ </span>
      {strings.nobodyDecidesNoWorkerWith}
    </span>
  );
}

/** What holds it back. */
function Held({ board, onAsk }: { board: NoopsBoard; onAsk: (asked: AskedAct) => void }) {
  const mayAdminister = useMayAdminister();
  const zone = useTimeZone();
  const { switches, names } = board;
  const { kill, pauses } = switches;
  const since = (epochMs: number) => ago(epochMs, serverNow());
  return (
    <>
      {kill === null ? null : (
        <Notice
          className="mb-3"
          tone="critical"
          title={strings.everythingIsStopped}
          action={
            mayAdminister ? (
              <Button kind="outline" className="h-8" onClick={() => onAsk({ act: "revive" })}>
                {strings.letItActAgain}
              </Button>
            ) : undefined
          }
        >
          {strings.byNameSinceReasonRules({
            name: nameOf(kill.by, names),
            since: since(kill.atEpochMs),
            reason: kill.reason ?? "",
          })}{" "}
          {mayAdminister ? "" : strings.anAdminLetsItAct}
        </Notice>
      )}
      {pauses.map((pause) => (
        <Notice
          key={pause.pauses}
          className="mb-3"
          tone="info"
          title={pause.pauses === "all" ? strings.paused : strings.nothingIsMadeSmaller}
        >
          {strings.byNameSinceReasonTime({
            name: nameOf(pause.by, names),
            since: since(pause.atEpochMs),
            reason: pause.reason ?? "",
            time:
              pause.untilEpochMs === null
                ? strings.untilSomebodyResumes
                : strings.untilTime({ time: formatDayTime(pause.untilEpochMs, zone, serverNow(), true) }),
          })}
        </Notice>
      ))}
    </>
  );
}
