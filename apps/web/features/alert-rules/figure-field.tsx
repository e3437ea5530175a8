"use client";

import { useId, useState } from "react";
import * as strings from "../../strings/generated/alert-rules/figure-field.ts";
import type { RuleField } from "./rule-fields.ts";

/** A figure with its unit. What is being typed stands as typed, and counts where it is a number. */
export function FigureField({
  field,
  value,
  fault,
  onValue,
}: {
  field: RuleField;
  value: number;
  fault: string | null;
  onValue: (value: number) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed !== null && Number(typed) === value ? typed : String(value);
  const isBroken = typed !== null && (typed.trim() === "" || Number.isNaN(Number(typed)));
  const said = isBroken ? strings.writeANumber : fault;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs text-ink-soft">
        {field.label}
      </label>
      <div className="flex items-center gap-2">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          value={isBroken ? typed : text}
          aria-invalid={said !== null}
          aria-describedby={said === null ? undefined : `${id}-fault`}
          onChange={(event) => {
            setTyped(event.target.value);
            const next = Number(event.target.value);
            if (event.target.value.trim() !== "" && !Number.isNaN(next)) onValue(next);
          }}
          className="figure h-9 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm disabled:opacity-60 aria-invalid:border-warning"
        />
        <span className="shrink-0 text-xs text-ink-faint">{field.unit}</span>
      </div>
      {said === null ? null : (
        <p id={`${id}-fault`} role="alert" className="mt-1 text-xs font-medium text-warning">
          <span aria-hidden>▲ </span>
          {said}
        </p>
      )}
    </div>
  );
}
