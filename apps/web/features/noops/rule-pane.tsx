import Link from "next/link";
import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { NoopsBoard, NoopsRuleView } from "../../contracts/noops.ts";
import { Button } from "../../ui/button.tsx";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { Part } from "../../ui/part.tsx";
import type { AskedAct } from "./asked.ts";
import { actWords, modeNames, modeWords, nameOf } from "./noops-words.ts";

const scopeWords = {
  installation: "the installation as a whole",
  service: "each service",
  replica: "each replica",
  archive: "each archive",
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
              Change its mode…
            </Button>
          </div>
        ) : null
      }
    >
      <Part title="Acts">
        <p>{actWords(rule.act)}</p>
        <p className="mt-1 text-ink-faint">
          for {scopeWords[rule.per]}
          {rule.only === undefined ? "" : `: ${rule.only.join(", ")}`}
        </p>
      </Part>
      <Part title="When">
        <p className="font-mono text-xs [overflow-wrap:anywhere]">{rule.when}</p>
        {rule.forMs === 0 ? null : (
          <p className="mt-1 text-ink-faint">once it has held for {formatSpan(rule.forMs)}</p>
        )}
      </Part>
      {rule.clearWhen === undefined ? null : (
        <Part title="Over when">
          <p className="font-mono text-xs [overflow-wrap:anywhere]">{rule.clearWhen}</p>
        </Part>
      )}
      <section aria-label="Bounds" className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact name="Cool-down" value={formatSpan(rule.cooldownMs)} />
          <Fact name="At most" value={`${rule.perHour} an hour`} />
          <Fact name="Evidence" value={`up to ${formatSpan(rule.maxAgeMs)} old`} />
          <Fact name="Undo within" value={formatSpan(rule.undoMs)} />
          <Fact name="Written as" value={modeNames[rule.mode]} />
          <Fact name="Owner" value={rule.owner} />
        </dl>
      </section>
      {set === undefined ? null : (
        <Part title="Its mode was set by hand">
          <p className="[overflow-wrap:anywhere] text-ink-soft">
            {modeNames[set.mode]}, by {nameOf(set.by, board.names)}, {formatSpan(serverNow() - set.atEpochMs)}{" "}
            ago
            {set.reason === null ? "" : `: ${set.reason}`}
          </p>
        </Part>
      )}
      <p className="flex flex-wrap gap-x-4 px-5 py-3 text-sm">
        <Link href={`/noops?show=all&rule=${rule.id}`} className="underline underline-offset-2">
          Its decisions
        </Link>
        <span className="text-xs text-ink-faint [overflow-wrap:anywhere]">What to do: {rule.runbook}</span>
      </p>
    </PaneFrame>
  );
}
