"use client";

import type { AgentSettings } from "@tapline/core/tap";
import { type FormEvent, useId, useState } from "react";
import { ActEnd } from "../../../client/act-end.tsx";
import { apiClient } from "../../../client/api.ts";
import { useGuardedAct } from "../../../client/use-guarded-act.ts";
import { askRolloutsAnew } from "../../../client/use-rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/settings-dialog.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { fieldOf, formOf, settingNames, settingsOf } from "./settings-form.ts";

/** Makes settings that can be rolled out then; nobody gets them by that. */
export function SettingsDialog({
  from,
  onMade,
  onClose,
}: {
  /** What the fields begin with. */
  from: AgentSettings;
  onMade: (revision: number) => void;
  onClose: () => void;
}) {
  const [form, setForm] = useState(() => formOf(from));
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askRolloutsAnew);
  const { settings, faults } = settingsOf(form);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || settings === null) return;
    await act.run(async () => {
      onMade((await apiClient.fleetRollout.makeSettings.mutate({ settings, reason })).revision);
    });
  };
  return (
    <Dialog title={strings.newSettingsForAgents} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">{strings.whatIsLeftEmptyIs}</p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-3">
        {settingNames.map((name) => (
          <SettingField
            key={name}
            name={name}
            text={form[name]}
            isFault={faults.has(name)}
            onText={(text) => setForm({ ...form, [name]: text })}
          />
        ))}
        <ActEnd
          {...{ act, why }}
          onWhy={setWhy}
          asksPassword={false}
          isReady={settings !== null}
          lookAt={strings.theListOfSettings}
        >
          {strings.makeTheSettings}
        </ActEnd>
      </form>
    </Dialog>
  );
}

const input =
  "h-9 w-full rounded-md border border-line-strong bg-surface px-2 text-sm aria-invalid:border-warning";

function SettingField({
  name,
  text,
  isFault,
  onText,
}: {
  name: keyof AgentSettings;
  text: string;
  isFault: boolean;
  onText: (text: string) => void;
}) {
  const id = useId();
  const field = fieldOf(name);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_11rem] items-center gap-x-3">
      <label htmlFor={id} className="text-sm">
        {field.label}
      </label>
      {field.is === "choice" ? (
        <select id={id} value={text} onChange={(event) => onText(event.target.value)} className={input}>
          <option value="">{strings.notSet}</option>
          {field.options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          value={text}
          inputMode={field.none === undefined ? "decimal" : "text"}
          autoComplete="off"
          placeholder={strings.notSet}
          aria-invalid={isFault}
          aria-describedby={isFault ? `${id}-fault` : undefined}
          onChange={(event) => onText(event.target.value)}
          className={`figure ${input}`}
        />
      )}
      {isFault && field.is === "figure" ? (
        <p id={`${id}-fault`} className="col-span-2 mt-0.5 text-right text-xs text-warning">
          {field.max === undefined
            ? strings.atLeastMin({ min: field.min })
            : strings.minToMax({ min: field.min, max: field.max })}
          {field.none === undefined ? "" : strings.orNone({ none: field.none })}
        </p>
      ) : null}
    </div>
  );
}
