import { formatMs, formatRate, unknown } from "../../client/format.ts";
import { useMayAdminister, useMayOperate } from "../../client/viewer.tsx";
import type { ReleaseListing, ReleasesBoard, ServiceReleases } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/service-pane.ts";
import { Button } from "../../ui/button.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";
import { actorName, releaseName, standOf } from "./release-words.ts";
import { ShiftParts } from "./shift-parts.tsx";

/** One service: what is on its way, how its processes are, and the releases that it can be led to. */
export function ServicePane({
  of,
  board,
  onClose,
  onAsk,
}: {
  of: ServiceReleases;
  board: ReleasesBoard;
  onClose: () => void;
  onAsk: (asked: AskedAct) => void;
}) {
  const { service, release, colour, shift } = of;
  const stand = shift === null ? null : standOf(shift.state);
  return (
    <PaneFrame
      kind={stand?.words ?? strings.nothingIsOnItsWay}
      isCalling={stand?.isCalling ?? false}
      title={service}
      under={strings.releaseRunsInColour({ release: releaseName(release), colour })}
      onClose={onClose}
      acts={<Acts {...{ of, onAsk }} />}
    >
      {shift === null ? null : <ShiftParts shift={shift} names={board.names} />}
      {of.fixed === null ? null : (
        <Part title={strings.keepsToOneRelease}>
          <p className="text-sm text-ink-soft">{of.fixed}</p>
        </Part>
      )}
      <Processes of={of} />
      <ReleasesOf {...{ of, board, onAsk }} />
    </PaneFrame>
  );
}

function Acts({ of, onAsk }: { of: ServiceReleases; onAsk: (asked: AskedAct) => void }) {
  const [mayOperate, mayAdminister] = [useMayOperate(), useMayAdminister()];
  const { service, shift, hasBefore, before, fixed } = of;
  const isOut = shift !== null && !shift.isReturning;
  const canGoBack = isOut || (shift === null && hasBefore && fixed === null);
  if (!mayOperate || (!canGoBack && !isOut)) return null;
  return (
    <div className="flex flex-wrap gap-2 border-t border-line px-5 py-3">
      <Button kind="primary" className="flex-1" onClick={() => onAsk({ act: "rollBack", service })}>
        {isOut ? strings.rollBack : strings.backToRelease({ release: releaseName(before).toLowerCase() })}
      </Button>
      {isOut && mayAdminister ? (
        <>
          <Button kind="outline" onClick={() => onAsk({ act: "advance", service })}>
            {strings.oneStepOn}
          </Button>
          <Button kind="outline" onClick={() => onAsk({ act: "promote", service })}>
            {strings.promote}
          </Button>
        </>
      ) : null}
    </div>
  );
}

function Processes({ of: { processes } }: { of: ServiceReleases }) {
  if (processes === null)
    return (
      <Part title={strings.processes}>
        <p className="text-ink-faint">{strings.nobodyTellsHowTheyAre}</p>
      </Part>
    );
  return (
    <Part title={strings.processes}>
      {processes.length === 0 ? <p className="text-ink-faint">{strings.noneWasHeardOfWithin}</p> : null}
      <ul className="space-y-1.5">
        {processes.map(({ instance, colour = "blue", isSilent, requestsPerSecond, errorRatio, p99Ms }) => (
          <li key={instance}>
            <p className="font-mono text-xs [overflow-wrap:anywhere]">
              {instance} <span className="text-ink-faint">({colour})</span>
            </p>
            <p className={isSilent ? "text-xs text-warning" : "figure text-xs text-ink-faint"}>
              {isSilent ? (
                <>
                  <span aria-hidden>▲ </span>
                  {strings.silent}
                </>
              ) : (
                strings.requestsPerSecondPerS({
                  requestsPerSecond: formatRate(requestsPerSecond),
                  p99Ms: formatMs(p99Ms),
                  value: errorRatio === null ? unknown : `${(errorRatio * 100).toFixed(1)} %`,
                })
              )}
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function ReleasesOf({
  of: { service, release, shift, fixed },
  board,
  onAsk,
}: {
  of: ServiceReleases;
  board: ReleasesBoard;
  onAsk: (asked: AskedAct) => void;
}) {
  const mayAdminister = useMayAdminister();
  const releases = board.releases.filter((one) => one.service === service);
  return (
    <Part title={strings.releases}>
      {releases.length === 0 ? <p className="text-ink-faint">{strings.noneWasMadeYetWhat}</p> : null}
      <ul className="space-y-2.5">
        {releases.map((one) => (
          <li key={one.id} className="flex items-start gap-3">
            <ReleaseLines {...{ one, names: board.names }} isRunning={one.id === release} />
            {mayAdminister && fixed === null && one.id !== release && one.id !== shift?.release ? (
              <Button
                kind="outline"
                className="h-8 shrink-0"
                onClick={() => onAsk({ act: "shift", service, release: one.id })}
              >
                <span aria-hidden>{strings.leadToIt}</span>
                <span className="sr-only">{strings.leadServiceToReleaseId({ service, id: one.id })}</span>
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {mayAdminister && fixed === null ? (
        <Button kind="outline" className="mt-3 h-8" onClick={() => onAsk({ act: "make", service })}>
          {strings.makeARelease}
        </Button>
      ) : null}
    </Part>
  );
}

function ReleaseLines({
  one: { id, version, rules, config, madeBy, reason },
  names,
  isRunning,
}: {
  one: ReleaseListing;
  names: Readonly<Record<string, string>>;
  isRunning: boolean;
}) {
  const settings = Object.entries(config);
  return (
    <div className="min-w-0 flex-1 text-xs text-ink-faint">
      <p className="text-sm text-ink">
        {releaseName(id)}: <span className="font-mono text-xs">{version}</span>
        {isRunning ? strings.runs : ""}
      </p>
      {rules === null ? null : <p>{strings.judgesByReleaseRulesOf({ rules })}</p>}
      {settings.map(([name, value]) => (
        <p key={name} className="font-mono [overflow-wrap:anywhere]">
          {name}={value}
        </p>
      ))}
      <p className="[overflow-wrap:anywhere]">
        {actorName(madeBy, names)}: {reason}
      </p>
    </div>
  );
}
