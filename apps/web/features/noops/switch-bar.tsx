import { formatDayTime, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useMayAdminister, useMayOperate } from "../../client/viewer.tsx";
import type { NoopsBoard } from "../../contracts/noops.ts";
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
          <p className="text-sm text-ink-faint">Stopping and answering need the role operator.</p>
        ) : board === undefined ? null : (
          <>
            {board.switches.pauses.length > 0 ? (
              <Button onClick={() => onAsk({ act: "resume" })}>Resume…</Button>
            ) : null}
            <Button kind="outline" onClick={() => onAsk({ act: "pause" })}>
              Pause…
            </Button>
            {isKilled ? null : (
              <Button
                kind="outline"
                className="border-critical text-critical"
                onClick={() => onAsk({ act: "kill" })}
              >
                <span aria-hidden>■</span> Stop everything…
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
  if (lease?.isHeld === true) return <>{lease.holder} decides</>;
  return (
    <span className="font-medium text-warning">
      <span aria-hidden>▲ </span>Nobody decides: no worker with the role noops holds the lease
    </span>
  );
}

/** What holds it back. */
function Held({ board, onAsk }: { board: NoopsBoard; onAsk: (asked: AskedAct) => void }) {
  const mayAdminister = useMayAdminister();
  const zone = useTimeZone();
  const { switches, names } = board;
  const { kill, pauses } = switches;
  const since = (epochMs: number) => `${formatSpan(serverNow() - epochMs)} ago`;
  return (
    <>
      {kill === null ? null : (
        <Notice
          className="mb-3"
          tone="critical"
          title="Everything is stopped"
          action={
            mayAdminister ? (
              <Button kind="outline" className="h-8" onClick={() => onAsk({ act: "revive" })}>
                Let it act again…
              </Button>
            ) : undefined
          }
        >
          By {nameOf(kill.by, names)}, {since(kill.atEpochMs)}: {kill.reason}. Rules go on deciding, and
          nothing is done. {mayAdminister ? "" : "An admin lets it act again."}
        </Notice>
      )}
      {pauses.map((pause) => (
        <Notice
          key={pause.pauses}
          className="mb-3"
          tone="info"
          title={pause.pauses === "all" ? "Paused" : "Nothing is made smaller"}
        >
          By {nameOf(pause.by, names)}, {since(pause.atEpochMs)}: {pause.reason}.{" "}
          {pause.untilEpochMs === null
            ? "Until somebody resumes."
            : `Until ${formatDayTime(pause.untilEpochMs, zone, serverNow(), true)}.`}
        </Notice>
      ))}
    </>
  );
}
