import type { ReactNode } from "react";
import { formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { KeysView, KeyView } from "../../contracts/keys.ts";
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
      under={`${roleNames[key.role]} key`}
      onClose={onClose}
      acts={<ActBar of={key} onAsk={onAsk} />}
    >
      <Believed of={key} view={view} />
      <Opens of={key} view={view} />
      <Part title="Certificate">
        <dl className="space-y-1.5">
          <Fact name="SHA-256">
            <span className="font-mono text-xs break-all">{key.certSha256}</span>
          </Fact>
          <Fact name="Key id in objects">
            <span className="font-mono text-xs break-all">{key.ski}</span>
          </Fact>
          <Fact name="Valid">
            {dayOf(key.validFromEpochMs)} to {dayOf(key.notAfterEpochMs)} (
            {daysWords(key.notAfterEpochMs, serverNow())})
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
    <Part title="New objects are encrypted to it">
      <p className={isWrong ? "font-medium text-warning" : ""}>
        {isWrong ? <span aria-hidden>▲ </span> : null}
        {words}
      </p>
      {view.workers === null ? (
        <p className="mt-1 text-ink-faint">Redis does not answer: what workers do is not known.</p>
      ) : null}
      <ul className="mt-1 space-y-1 text-ink-soft">
        {disbeliefs.map(({ worker, why }) => (
          <li key={worker} className="[overflow-wrap:anywhere]">
            {worker} does not believe it: {why}
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
      <Part title="What it opens">
        <p className="text-ink-soft">Nothing that is archived.</p>
      </Part>
    );
  const isInUse = state === "active" || state === "retiring";
  return (
    <Part title="What it opens">
      <p>
        {formatCount(opens.segments)} of {formatCount(view.archived.segments)} objects with{" "}
        {formatCount(opens.taps)} taps
        {opens.firstAtEpochMs === null || opens.lastAtEpochMs === null
          ? ""
          : `, archived ${daysBetween(opens.firstAtEpochMs, opens.lastAtEpochMs)}`}
        .
      </p>
      <p className="mt-1 text-ink-soft">
        {only.segments === 0
          ? "All of it opens with another key that is in use, too."
          : `No other key that is in use opens ${objects(only.segments)} with ${formatCount(only.taps)} taps of it.`}
      </p>
      {state === "active" || !isInUse ? null : <Rewrapped done={alsoActive} all={opens.segments} />}
    </Part>
  );
}

function daysBetween(firstEpochMs: number, lastEpochMs: number): string {
  const [first, last] = [dayOf(firstEpochMs), dayOf(lastEpochMs)];
  return first === last ? `on ${first}` : `${first} to ${last}`;
}

/** How far a retiring key's share is handed on to active ones. */
function Rewrapped({ done, all }: { done: number; all: number }) {
  return (
    <div className="mt-3">
      <div className="flex justify-between gap-3 text-xs text-ink-soft">
        <span>Opens with an active key, too</span>
        <span className="figure">
          {formatCount(done)} of {formatCount(all)} ({percent(done, all)})
        </span>
      </div>
      <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded bg-line">
        <div className="h-full bg-ink-faint" style={{ width: `${all === 0 ? 0 : (done / all) * 100}%` }} />
      </div>
      {done < all ? (
        <p className="mt-1.5 text-xs text-ink-faint">
          <code className="font-mono">tapline archive rewrap</code>, where the old private key is, gives the
          rest a further key.
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
      <legend className="sr-only">What to do about this key</legend>
      {key.state === "retiring" ? (
        <Button kind="outline" onClick={() => onAsk({ act: "activate", key })}>
          Activate…
        </Button>
      ) : null}
      {key.state === "retired" ? null : (
        <Button kind="outline" onClick={() => onAsk({ act: "retire", key })}>
          {key.state === "retiring" ? "Put away…" : "Retire…"}
        </Button>
      )}
      <Button kind="outline" onClick={() => onAsk({ act: "revoke", key })}>
        Revoke…
      </Button>
    </fieldset>
  );
}
