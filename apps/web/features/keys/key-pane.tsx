import type { ReactNode } from "react";
import { formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { KeysView, KeyView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/key-pane.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";
import {
  dayOf,
  daysWords,
  disbeliefsOf,
  newObjectsOf,
  objects,
  percent,
  roleNames,
  stateNames,
} from "./key-words.ts";

export interface KeyPaneProps {
  of: KeyView;
  view: KeysView;
  onClose: () => void;
  onAsk: (asked: AskedAct) => void;
}

/** All that is known of one key, and what an admin can do about it. */
export function KeyPane({ of: key, view, onClose, onAsk }: KeyPaneProps) {
  return (
    <PaneFrame
      kind={stateNames[key.state]}
      title={key.subject}
      under={strings.roleKey({ role: roleNames[key.role] })}
      onClose={onClose}
      acts={<ActBar of={key} onAsk={onAsk} />}
    >
      <Believed of={key} view={view} />
      <Opens of={key} view={view} />
      <Part title={strings.certificate}>
        <dl className="space-y-1.5">
          <Fact name={strings.sha256}>
            <span className="font-mono text-xs break-all">{key.certSha256}</span>
          </Fact>
          <Fact name={strings.keyIdInObjects}>
            <span className="font-mono text-xs break-all">{key.ski}</span>
          </Fact>
          <Fact name={strings.valid}>
            {strings.dayToDay2Days({
              day: dayOf(key.validFromEpochMs),
              day2: dayOf(key.notAfterEpochMs),
              days: daysWords(key.notAfterEpochMs, serverNow()),
            })}
          </Fact>
        </dl>
      </Part>
    </PaneFrame>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-3">
      <dt className="text-ink-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Believed({ of: key, view }: { of: KeyView; view: KeysView }) {
  const { words, isWrong } = newObjectsOf(key, view.workers);
  const disbeliefs = disbeliefsOf(key, view.workers);
  return (
    <Part title={strings.newObjectsAreEncryptedTo}>
      <p className={isWrong ? "font-medium text-warning" : ""}>
        {isWrong ? <span aria-hidden>▲ </span> : null}
        {words}
      </p>
      {view.workers === null ? <p className="mt-1 text-ink-faint">{strings.redisDoesNotAnswerWhat}</p> : null}
      <ul className="mt-1 space-y-1 text-ink-soft">
        {disbeliefs.map(({ worker, why }) => (
          <li key={worker} className="[overflow-wrap:anywhere]">
            {strings.workerDoesNotBelieveIt({ worker, why })}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Opens({ of: key, view }: { of: KeyView; view: KeysView }) {
  const { opens, only, alsoActive, state } = key;
  if (opens === null)
    return (
      <Part title={strings.whatItOpens}>
        <p className="text-ink-soft">{strings.nothingThatIsArchived}</p>
      </Part>
    );
  const isInUse = state === "active" || state === "retiring";
  return (
    <Part title={strings.whatItOpens}>
      <p>
        {strings.segmentsOfSegments2Objects({
          segments: formatCount(opens.segments),
          segments2: view.archived.segments,
          taps: opens.taps,
          daysBetween:
            opens.firstAtEpochMs === null || opens.lastAtEpochMs === null
              ? ""
              : strings.archivedDaysBetween({
                  daysBetween: daysBetween(opens.firstAtEpochMs, opens.lastAtEpochMs),
                }),
        })}
      </p>
      <p className="mt-1 text-ink-soft">
        {only.segments === 0
          ? strings.allOfItOpensWith
          : strings.noOtherKeyThatIs({ objects: objects(only.segments), taps: only.taps })}
      </p>
      {state === "active" || !isInUse ? null : <Rewrapped done={alsoActive} all={opens.segments} />}
    </Part>
  );
}

function daysBetween(firstEpochMs: number, lastEpochMs: number): string {
  const [first, last] = [dayOf(firstEpochMs), dayOf(lastEpochMs)];
  return first === last ? strings.onFirst({ first }) : strings.firstToLast({ first, last });
}

/** How far a retiring key's share is handed on to active ones. */
function Rewrapped({ done, all }: { done: number; all: number }) {
  return (
    <div className="mt-3">
      <div className="flex justify-between gap-3 text-xs text-ink-soft">
        <span>{strings.opensWithAnActiveKey}</span>
        <span className="figure">
          {strings.doneOfAllPercent({
            done: formatCount(done),
            all: formatCount(all),
            percent: percent(done, all),
          })}
        </span>
      </div>
      <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded bg-line">
        <div className="h-full bg-ink-faint" style={{ width: `${all === 0 ? 0 : (done / all) * 100}%` }} />
      </div>
      {done < all ? (
        <p className="mt-1.5 text-xs text-ink-faint">
          {rich(strings.taplineArchiveRewrapWhereThe, {
            code: (words) => <code className="font-mono">{words}</code>,
          })}
        </p>
      ) : null}
    </div>
  );
}

function ActBar({ of: key, onAsk }: { of: KeyView; onAsk: (asked: AskedAct) => void }) {
  const mayAdminister = useMayAdminister();
  if (!mayAdminister || key.state === "revoked") return null;
  return (
    <fieldset className="flex flex-wrap items-center gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">{strings.whatToDoAboutThis}</legend>
      {key.state === "retiring" ? (
        <Button kind="outline" onClick={() => onAsk({ act: "activate", key })}>
          {strings.activate}
        </Button>
      ) : null}
      {key.state === "retired" ? null : (
        <Button kind="outline" onClick={() => onAsk({ act: "retire", key })}>
          {key.state === "retiring" ? strings.putAway : strings.retire}
        </Button>
      )}
      <Button kind="outline" onClick={() => onAsk({ act: "revoke", key })}>
        {strings.revoke}
      </Button>
    </fieldset>
  );
}
