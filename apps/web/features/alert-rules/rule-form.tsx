"use client";

import type { AlertRule, Severity } from "@tapline/core/alerts";
import { useId } from "react";
import type { RulesPlan } from "../../contracts/alert-rules.ts";
import * as strings from "../../strings/generated/alert-rules/rule-form.ts";
import { severityLooks } from "../../ui/severity.tsx";
import { FigureField } from "./figure-field.tsx";
import { fieldsOf, figureAt, withFigure } from "./rule-fields.ts";

const severities = Object.keys(severityLooks) as Severity[];
const control = "w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm disabled:opacity-60";

/** What of a rule can be changed here; each fault stands at its field. */
export function RuleForm({
  rule,
  unit,
  faults,
  mayChange,
  onChange,
}: {
  rule: AlertRule;
  unit: string;
  faults: RulesPlan["faults"];
  mayChange: boolean;
  onChange: (rule: AlertRule) => void;
}) {
  const ids = { severity: useId(), message: useId() };
  const fields = fieldsOf(rule, unit);
  const faultAt = (place: string) =>
    faults.find((one) => one.place === `rules.${rule.id}.${place}`)?.fault ?? null;
  const named = new Set(
    [...fields.map(({ place }) => place), "message"].map((place) => `rules.${rule.id}.${place}`),
  );
  return (
    <fieldset disabled={!mayChange} className="space-y-3">
      <legend className="sr-only">{strings.theRuleId({ id: rule.id })}</legend>
      <label className="flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="accent-action"
          checked={rule.off !== true}
          onChange={(event) => onChange(switched(rule, event.target.checked))}
        />
        {strings.inUse}
      </label>
      <div>
        <label htmlFor={ids.severity} className="mb-1 block text-xs text-ink-soft">
          {strings.severity}
        </label>
        <select
          id={ids.severity}
          value={rule.severity}
          onChange={(event) => onChange({ ...rule, severity: event.target.value as Severity })}
          className={`h-9 ${control}`}
        >
          {severities.map((one) => (
            <option key={one} value={one}>
              {severityLooks[one].shape} {severityLooks[one].word}
            </option>
          ))}
        </select>
      </div>
      <div className="grid grid-cols-2 gap-3">
        {fields.map((field) => (
          <FigureField
            key={field.place}
            field={field}
            value={figureAt(rule, field)}
            fault={faultAt(field.place)}
            onValue={(value) => onChange(withFigure(rule, field, value))}
          />
        ))}
      </div>
      <div>
        <label htmlFor={ids.message} className="mb-1 block text-xs text-ink-soft">
          {strings.message}
        </label>
        <textarea
          id={ids.message}
          rows={2}
          maxLength={500}
          value={rule.message}
          aria-invalid={faultAt("message") !== null}
          onChange={(event) => onChange({ ...rule, message: event.target.value })}
          className={`resize-none py-1.5 ${control}`}
        />
        <Fault>{faultAt("message")}</Fault>
      </div>
      {faults
        .filter(({ place }) => !named.has(place))
        .map(({ place, fault }) => (
          <Fault key={place}>{`${place}: ${fault}`}</Fault>
        ))}
    </fieldset>
  );
}

function switched({ off: _, ...rule }: AlertRule, isOn: boolean): AlertRule {
  return isOn ? rule : { ...rule, off: true };
}

function Fault({ children }: { children: string | null }) {
  if (children === null) return null;
  return (
    <p role="alert" className="mt-1 text-xs font-medium text-warning">
      <span aria-hidden>▲ </span>
      {children}
    </p>
  );
}
