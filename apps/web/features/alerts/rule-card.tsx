import type { Alert, AlertRule } from "@tapline/core/alerts";
import { ExternalLink } from "lucide-react";
import * as strings from "../../strings/generated/alerts/rule-card.ts";

interface RuleCardProps {
  alert: Alert;
  rule: AlertRule | null;
  /** Of the console's page of runbooks. */
  section: string | null;
}

/** What is to be done about an alert, first of all that is known of it. */
export function WhatToDo({ alert, rule, section }: RuleCardProps) {
  if (rule === null) {
    return (
      <p className="border-b border-line px-5 py-3 text-sm text-ink-soft">
        {strings.theRuleRuleIdAs({ ruleId: alert.ruleId })}
      </p>
    );
  }
  return (
    <section aria-label={strings.whatToDo} className="border-b border-line px-5 py-3">
      <p className="rounded-md bg-info-surface px-3 py-2 text-sm">
        <span className="block text-xs font-medium text-ink-soft">
          {strings.whatToDoAtLength} <Runbook address={rule.runbook} section={section} />
        </span>
        {rule.card.action}
      </p>
    </section>
  );
}

/** Why the alert exists, as its rule says. */
export function RuleCard({ rule }: { rule: AlertRule }) {
  const { cause, consequence } = rule.card;
  return (
    <section aria-label={strings.whyItExists} className="border-b border-line px-5 py-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm">
        <dt className="text-ink-faint">{strings.cause}</dt>
        <dd>{cause}</dd>
        <dt className="text-ink-faint">{strings.ifNothingIsDone}</dt>
        <dd>{consequence}</dd>
        <dt className="text-ink-faint">{strings.watches}</dt>
        <dd className="font-mono text-[13px] [overflow-wrap:anywhere]">{rule.kpi}</dd>
      </dl>
    </section>
  );
}

/** Opens beside, so that the list stays as it is. Other pages of docs lie in the folder of this installation. */
function Runbook({ address, section }: { address: string; section: string | null }) {
  // A console of an earlier release says nothing of sections.
  const isOurs = typeof section === "string";
  if (!isOurs && !address.startsWith("https://"))
    return <span className="font-mono text-[13px]">{address}</span>;
  return (
    <a
      href={isOurs ? `/runbooks#${section}` : address}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-baseline gap-1 underline underline-offset-4"
    >
      {section ?? address}
      <ExternalLink aria-hidden className="size-3 self-center" />
      <span className="sr-only">{strings.opensBeside}</span>
    </a>
  );
}
