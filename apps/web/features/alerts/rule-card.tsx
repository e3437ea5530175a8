import type { Alert, AlertRule } from "@tapline/core/alerts";
import { ExternalLink } from "lucide-react";

interface RuleCardProps {
  alert: Alert;
  rule: AlertRule | null;
  /** Of the console's page of runbooks. */
  section: string | null;
}

/** Why the alert exists and what to do about it, as its rule says. */
export function RuleCard({ alert, rule, section }: RuleCardProps) {
  if (rule === null) {
    return (
      <p className="border-b border-line px-5 py-4 text-sm text-ink-soft">
        The rule {alert.ruleId} as it was when this was raised is not kept any more.
      </p>
    );
  }
  const { cause, consequence, action } = rule.card;
  return (
    <section aria-label="What to do" className="border-b border-line px-5 py-4">
      <p className="rounded-md bg-info-surface px-3 py-2.5 text-sm">
        <span className="block text-xs font-medium text-ink-soft">What to do</span>
        {action}
      </p>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm">
        <dt className="text-ink-faint">Cause</dt>
        <dd>{cause}</dd>
        <dt className="text-ink-faint">If nothing is done</dt>
        <dd>{consequence}</dd>
        <dt className="text-ink-faint">Watches</dt>
        <dd className="font-mono text-[13px] [overflow-wrap:anywhere]">{rule.kpi}</dd>
        <dt className="text-ink-faint">Runbook</dt>
        <dd className="[overflow-wrap:anywhere]">
          <Runbook address={rule.runbook} section={section} />
        </dd>
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
      <span className="sr-only">(opens beside)</span>
    </a>
  );
}
