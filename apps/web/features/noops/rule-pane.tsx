import Link from "next/link";
import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { NoopsBoard, NoopsRuleView } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/rule-pane.ts";
import { Button } from "../../ui/button.tsx";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";
import { actWords, modeNames, modeWords, nameOf } from "./noops-words.ts";

const scopeWords = {
  installation: strings.theInstallationAsAWhole,
  service: strings.eachService,
  replica: strings.eachReplica,
  archive: strings.eachArchive,
} as const;

/** What a rule looks at, when it acts, and what holds it back. */
export function RulePane({
  of: { rule, mode },
  board,
  onClose,
  onAsk,
}: {
  of: NoopsRuleView;
  board: NoopsBoard;
  onClose: () => void;
  onAsk: (asked: AskedAct) => void;
}) {
  const mayAdminister = useMayAdminister();
  const set = board.switches.modes.find(({ ruleId }) => ruleId === rule.id);
  return (
    <PaneFrame
      kind={modeWords[mode]}
      title={rule.id}
      under={rule.purpose}
      onClose={onClose}
      acts={
        mayAdminister ? (
          <div className="border-t border-line px-5 py-3">
            <Button
              kind="outline"
              className="w-full"
              onClick={() => onAsk({ act: "mode", rule: rule.id, mode })}
            >
              {strings.changeItsMode}
            </Button>
          </div>
        ) : null
      }
    >
      <Part title={strings.acts}>
        <p>{actWords(rule.act)}</p>
        <p className="mt-1 text-ink-faint">
          {strings.forScope({ scope: scopeWords[rule.per] })}
          {rule.only === undefined ? "" : `: ${rule.only.join(", ")}`}
        </p>
      </Part>
      <Part title={strings.when}>
        <p className="font-mono text-xs [overflow-wrap:anywhere]">{rule.when}</p>
        {rule.forMs === 0 ? null : (
          <p className="mt-1 text-ink-faint">{strings.onceItHasHeldFor({ span: formatSpan(rule.forMs) })}</p>
        )}
      </Part>
      {rule.clearWhen === undefined ? null : (
        <Part title={strings.overWhen}>
          <p className="font-mono text-xs [overflow-wrap:anywhere]">{rule.clearWhen}</p>
        </Part>
      )}
      <section aria-label={strings.bounds} className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact name={strings.coolDown} value={formatSpan(rule.cooldownMs)} />
          <Fact name={strings.atMost} value={strings.perHourAnHour({ perHour: rule.perHour })} />
          <Fact name={strings.evidence} value={strings.upToSpanOld({ span: formatSpan(rule.maxAgeMs) })} />
          <Fact name={strings.undoWithin} value={formatSpan(rule.undoMs)} />
          <Fact name={strings.writtenAs} value={modeNames[rule.mode]} />
          <Fact name={strings.owner} value={rule.owner} />
        </dl>
      </section>
      {set === undefined ? null : (
        <Part title={strings.itsModeWasSetBy}>
          <p className="[overflow-wrap:anywhere] text-ink-soft">
            {strings.modeByNameSpanAgo({
              mode: modeNames[set.mode],
              name: nameOf(set.by, board.names),
              span: formatSpan(serverNow() - set.atEpochMs),
            })}
            {set.reason === null ? "" : `: ${set.reason}`}
          </p>
        </Part>
      )}
      <p className="flex flex-wrap gap-x-4 px-5 py-3 text-sm">
        <Link href={`/noops?show=all&rule=${rule.id}`} className="underline underline-offset-2">
          {strings.itsDecisions}
        </Link>
        <span className="text-xs text-ink-faint [overflow-wrap:anywhere]">
          {strings.whatToDoRunbook({ runbook: rule.runbook })}
        </span>
      </p>
    </PaneFrame>
  );
}
