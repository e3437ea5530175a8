"use client";

import type { AlertRule } from "@tapline/core/alerts";
import { X } from "lucide-react";
import dynamic from "next/dynamic";
import { useDeferredValue, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { loadPart } from "../../client/load-part.ts";
import { useRulesPlan } from "../../client/use-rules.ts";
import { useMayAdminister, useMayOperate } from "../../client/viewer.tsx";
import type { ShownRule } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/rule-pane.ts";
import { Button } from "../../ui/button.tsx";
import { ChangeList } from "../../ui/change-list.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Preview } from "./preview.tsx";
import { RuleForm } from "./rule-form.tsx";

const ReleaseDialog = dynamic(
  () => loadPart(() => import("./release-dialog.tsx")).then((part) => part.ReleaseDialog),
  { ssr: false },
);

/** One rule: why it exists, how it judges, what another figure would have done, and the way to put that in force. */
export function RulePane({
  id,
  shown,
  version,
  onClose,
}: {
  id: string;
  /** `null`: no rule in force has that id. */
  shown: ShownRule | null;
  version: number;
  onClose: () => void;
}) {
  const [isAsked, setAsked] = useState(false);
  const [draft, setDraft] = useState<{ rule: AlertRule; version: number } | null>(null);
  const mayOperate = useMayOperate();
  const mayAdminister = useMayAdminister();
  const changed = draft !== null && shown !== null && isOther(draft.rule, shown.rule) ? draft : null;
  const plan = useRulesPlan(useDeferredValue(mayOperate ? (changed?.rule ?? null) : null), id, version);
  if (shown === null)
    return (
      <div className="p-5 text-sm text-ink-soft">
        <p>{strings.noRuleInForceIs({ id })}</p>
        <Button kind="outline" className="mt-3" onClick={onClose}>
          {strings.close}
        </Button>
      </div>
    );
  const { rule, unit } = shown;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <section
        aria-label={strings.theRule}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
        tabIndex={0}
        className="min-h-0 flex-1 space-y-4 overflow-y-auto px-5 py-4 -outline-offset-2"
      >
        <header className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <h2 className="text-base font-semibold [overflow-wrap:anywhere]">{rule.message}</h2>
            <p className="mt-1 font-mono text-xs text-ink-faint">
              {rule.id} · {rule.kpi}
            </p>
          </div>
          <Button aria-label={strings.close} className="-mt-1.5 -mr-2 size-8 px-0" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        </header>
        {changed !== null && changed.version !== version ? (
          <div role="alert">
            <Notice tone="warning" title={strings.otherRulesWerePutIn}>
              {strings.whatYouChangedStandsHere({ version })}
            </Notice>
          </div>
        ) : null}
        <RuleForm
          {...{ rule: changed?.rule ?? rule, unit, faults: plan?.faults ?? [], mayChange: mayOperate }}
          onChange={(next) => setDraft({ rule: next, version: draft?.version ?? version })}
        />
        {mayOperate ? (
          <Preview
            now={rule}
            changed={changed?.rule ?? null}
            isSound={plan === undefined || plan.faults.length === 0}
          />
        ) : (
          <p className="text-xs text-ink-faint">{strings.tryingOtherFiguresNeedsThe}</p>
        )}
        <Card rule={rule} />
      </section>
      {changed === null ? null : (
        <div className="border-t border-line px-5 py-3">
          <ChangeList changes={plan?.changes} />
          <div className="mt-3 flex flex-wrap gap-2">
            {mayAdminister ? (
              <Button
                kind="primary"
                className="h-9"
                disabled={plan === undefined || plan.changes.length === 0}
                onClick={() => setAsked(true)}
              >
                {strings.apply}
              </Button>
            ) : (
              <p className="self-center text-xs text-ink-faint">{strings.applyingNeedsTheRoleAdmin}</p>
            )}
            <Button kind="outline" onClick={() => setDraft(null)}>
              {strings.discard}
            </Button>
          </div>
        </div>
      )}
      {isAsked && changed !== null ? (
        <ReleaseDialog
          title={strings.applyToId({ id })}
          says={strings.inForceAsVersionVersion({ version: changed.version + 1 })}
          changes={plan?.changes}
          does={strings.putItInForce}
          onRelease={async (given) => {
            const asked = { id, rule: { ...changed.rule }, seenVersion: changed.version, ...given };
            await apiClient.alertRules.release.mutate(asked);
            setDraft(null);
          }}
          onClose={() => {
            setAsked(false);
            // Who was told that others were faster decides anew, on what is in force now.
            setDraft((one) => one && { ...one, version });
          }}
        />
      ) : null}
    </div>
  );
}

const isOther = (a: AlertRule, b: AlertRule): boolean => JSON.stringify(a) !== JSON.stringify(b);

/** Why the rule exists. */
function Card({ rule: { card } }: { rule: AlertRule }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 border-t border-line pt-4 text-sm">
      <dt className="text-ink-faint">{strings.cause}</dt>
      <dd>{card.cause}</dd>
      <dt className="text-ink-faint">{strings.ifNothingIsDone}</dt>
      <dd>{card.consequence}</dd>
      <dt className="text-ink-faint">{strings.whatToDo}</dt>
      <dd>{card.action}</dd>
      <dt className="text-ink-faint">{strings.within}</dt>
      <dd className="figure">
        {strings.respondWithinMinutesMin({ respondWithinMinutes: card.respondWithinMinutes })}
      </dd>
    </dl>
  );
}
