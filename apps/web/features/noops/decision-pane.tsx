import type { Decision, EvidenceRead, GuardVerdict } from "@tapline/core/noops";
import Link from "next/link";
import type { ReactNode } from "react";
import { ago } from "../../client/ago.ts";
import { formatMoment, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useDecision } from "../../client/use-noops.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { DecisionDetail } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/decision-pane.ts";
import { Button } from "../../ui/button.tsx";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";
import {
  ageWords,
  changeLines,
  conditionWords,
  modeNames,
  nameOf,
  stateLooks,
  valueWords,
} from "./noops-words.ts";

/** Why a decision is what it is: what was known, which guards said what, what was done and what came of it. */
export function DecisionPane({
  id,
  onClose,
  onAsk,
  onOpen,
}: {
  id: string;
  onClose: () => void;
  onAsk: (asked: AskedAct) => void;
  onOpen: (id: string) => void;
}) {
  const { detail, isFailed } = useDecision(id);
  if (detail === undefined)
    return (
      <PaneFrame kind={strings.decision} title={id} onClose={onClose}>
        <PaneWaiting isFailed={isFailed} />
      </PaneFrame>
    );
  const { decision } = detail;
  const { word, isCalling } = stateLooks[decision.state];
  return (
    <PaneFrame
      kind={word}
      {...{ isCalling, onClose }}
      title={decision.preview ?? decision.says}
      under={decision.ruleId}
      acts={<Acts {...{ decision, onAsk }} />}
    >
      <Told {...{ detail, onOpen }} />
    </PaneFrame>
  );
}

function Acts({ decision, onAsk }: { decision: Decision; onAsk: (asked: AskedAct) => void }) {
  const mayOperate = useMayOperate();
  const { state, word, undoneBy, undoUntilEpochMs, expiresAtEpochMs } = decision;
  const isOpenTo = (epochMs: number | null) => epochMs === null || epochMs > serverNow();
  const isWaiting = state === "waiting-approval" && word === null && isOpenTo(expiresAtEpochMs);
  const isUndoable =
    state === "done" && undoneBy === null && undoUntilEpochMs !== null && undoUntilEpochMs > serverNow();
  if (!mayOperate || (!isWaiting && !isUndoable)) return null;
  return (
    <div className="flex gap-2 border-t border-line px-5 py-3">
      {isWaiting ? (
        <>
          <Button kind="primary" className="flex-1" onClick={() => onAsk({ act: "approve", decision })}>
            {strings.approve}
          </Button>
          <Button kind="outline" className="flex-1" onClick={() => onAsk({ act: "deny", decision })}>
            {strings.deny}
          </Button>
        </>
      ) : (
        <Button kind="outline" className="flex-1" onClick={() => onAsk({ act: "undo", decision })}>
          {strings.undo}
        </Button>
      )}
    </div>
  );
}

function Told({ detail, onOpen }: { detail: DecisionDetail; onOpen: (id: string) => void }) {
  const { decision, rule } = detail;
  return (
    <>
      <Part title={strings.why}>
        <p className="[overflow-wrap:anywhere]">{decision.says}</p>
        <p className="mt-1 text-ink-faint">
          {conditionWords[decision.condition]}
          {decision.target === "" ? "" : strings.ofTarget({ target: decision.target })}
        </p>
      </Part>
      <Figures decision={decision} />
      <Evidence reads={decision.evidence} />
      <Guards guards={decision.guards} />
      <Outcome {...{ detail, onOpen }} />
      <Part title={strings.rule}>
        <p className="[overflow-wrap:anywhere] text-ink-soft">
          {rule === null ? strings.theReleaseThatItWas : rule.purpose}
        </p>
        {rule === null ? null : (
          <p className="mt-1 font-mono text-xs [overflow-wrap:anywhere] text-ink-faint">
            {strings.whenWhen({ when: rule.when })}
          </p>
        )}
        <p className="mt-1.5">
          <Link href={`/noops/rules?rule=${decision.ruleId}`} className="underline underline-offset-2">
            {decision.ruleId}
          </Link>
          <span className="text-ink-faint">
            {" "}
            {strings.ofReleaseVersion({ version: decision.ruleSet.version })}
          </span>
        </p>
      </Part>
      <p className="figure px-5 py-3 text-xs [overflow-wrap:anywhere] text-ink-faint">{decision.id}</p>
    </>
  );
}

function Figures({ decision }: { decision: Decision }) {
  const at = useMoment();
  const { atEpochMs, lastAtEpochMs, times, mode, expiresAtEpochMs, undoUntilEpochMs, state } = decision;
  const nowEpochMs = serverNow();
  return (
    <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Fact name={strings.decided} value={ago(atEpochMs, nowEpochMs)} note={at(atEpochMs)} />
        <Fact
          name={strings.times}
          value={String(times)}
          note={times === 1 ? null : strings.lastLast({ last: ago(lastAtEpochMs, nowEpochMs) })}
        />
        <Fact name={strings.modeThen} value={modeNames[mode]} />
        {state === "waiting-approval" && expiresAtEpochMs !== null ? (
          <Fact name={strings.waitsUntil} value={at(expiresAtEpochMs)} />
        ) : null}
        {state === "done" && undoUntilEpochMs !== null ? (
          <Fact name={strings.canBeUndoneUntil} value={at(undoUntilEpochMs)} />
        ) : null}
      </dl>
    </section>
  );
}

function Evidence({ reads }: { reads: readonly EvidenceRead[] }) {
  if (reads.length === 0) return null;
  return (
    <Part title={strings.evidence}>
      <ul className="space-y-1.5">
        {reads.map(({ name, value, ageMs, fault }) => (
          <li key={name}>
            <p className="flex items-baseline justify-between gap-3">
              <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{name}</span>
              <span className="figure shrink-0">{valueWords(value)}</span>
            </p>
            <p className={fault === null ? "age text-xs text-ink-faint" : "text-xs text-warning"}>
              {fault === null ? ageWords(ageMs) : <Faulty>{fault}</Faulty>}
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Faulty({ children }: { children: ReactNode }) {
  return (
    <>
      <span aria-hidden>▲ </span>
      {children}
    </>
  );
}

function Guards({ guards }: { guards: readonly GuardVerdict[] }) {
  if (guards.length === 0) return null;
  return (
    <Part title={strings.guards}>
      <ul className="space-y-1">
        {guards.map(({ guard, passed, says }) => (
          <li key={guard} className={passed ? "text-ink-soft" : "font-medium text-ink"}>
            <span aria-hidden>{passed ? "✓" : "×"} </span>
            <span className="sr-only">{passed ? strings.passed : strings.refused}</span>
            {guard}
            {says === "" ? null : <span className="text-ink-faint">: {says}</span>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Outcome({
  detail: { decision, names },
  onOpen,
}: {
  detail: DecisionDetail;
  onOpen: (id: string) => void;
}) {
  const at = useMoment();
  const { word, begunAtEpochMs, endedAtEpochMs, fence, before, after, error, undoes, undoneBy } = decision;
  const lines = changeLines(before, after);
  if (word === null && begunAtEpochMs === null && undoes === null) return null;
  return (
    <Part title={strings.whatCameOfIt}>
      <ul className="space-y-1 text-ink-soft">
        {word === null ? null : (
          <li className="[overflow-wrap:anywhere]">
            {strings.isByNameAt({ is: word.is, name: nameOf(word.by.id, names), at: at(word.atEpochMs) })}
            {word.reason === null ? "" : `: ${word.reason}`}
          </li>
        )}
        {begunAtEpochMs === null ? null : (
          <li>
            {strings.begunBegunUnderLeaseFence({ begun: at(begunAtEpochMs), fence: fence ?? "?" })}
            {endedAtEpochMs === null
              ? ""
              : strings.endedAfterSpan({ span: formatSpan(endedAtEpochMs - begunAtEpochMs) })}
          </li>
        )}
        {lines.map((line) => (
          <li key={line} className="figure">
            {line}
          </li>
        ))}
        {error === null ? null : (
          <li className="font-medium [overflow-wrap:anywhere] text-warning">
            <Faulty>{error}</Faulty>
          </li>
        )}
        {undoes === null ? null : (
          <Other says={strings.itUndoesAnotherDecision} id={undoes} onOpen={onOpen} />
        )}
        {undoneBy === null ? null : (
          <Other says={strings.anotherDecisionUndoesIt} id={undoneBy} onOpen={onOpen} />
        )}
      </ul>
    </Part>
  );
}

function Other({ says, id, onOpen }: { says: string; id: string; onOpen: (id: string) => void }) {
  return (
    <li>
      <button type="button" className="underline underline-offset-2" onClick={() => onOpen(id)}>
        {says}
      </button>
    </li>
  );
}

function useMoment(): (epochMs: number) => string {
  const zone = useTimeZone();
  return (epochMs) => formatMoment(epochMs, zone);
}
