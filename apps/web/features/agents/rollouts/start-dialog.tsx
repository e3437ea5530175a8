"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import type { RolloutKind } from "@tapline/core/rollout";
import { type FormEvent, useState } from "react";
import { ActEnd } from "../../../client/act-end.tsx";
import { api, apiClient } from "../../../client/api.ts";
import { useGuardedAct } from "../../../client/use-guarded-act.ts";
import { askRolloutsAnew } from "../../../client/use-rollouts.ts";
import type { ShownRevision } from "../../../contracts/rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/start-dialog.ts";
import { Choice } from "../../../ui/choice.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Field } from "../../../ui/field.tsx";
import { EffectNotice } from "../effect-notice.tsx";
import { versionPattern } from "../version-pattern.ts";
import { kindNames, ringsOf } from "./rollout-words.ts";

const kinds = (["config", "version"] as const).map((value) => ({ value, label: kindNames[value] }));

/** Begins a roll-out at its first ring; says beforehand who is told what else. */
export function StartDialog({
  revisions,
  given,
  onClose,
}: {
  revisions: readonly ShownRevision[];
  /** The settings that are chosen at first; `null`: the newest. */
  given: number | null;
  onClose: () => void;
}) {
  const [kind, setKind] = useState<RolloutKind>("config");
  const [revision, setRevision] = useState(String(given ?? revisions[0]?.revision ?? 0));
  const [version, setVersion] = useState("");
  const [ringText, setRingText] = useState("");
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askRolloutsAnew);
  const rings = ringsOf(ringText);
  const start = startOf(kind, revision, version.trim(), rings);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || start === null) return;
    await act.run(async () => {
      await apiClient.fleetRollout.start.mutate({ start, reason, password: act.password });
      onClose();
    });
  };
  return (
    <Dialog title={strings.rollOut} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <Choice<RolloutKind>
          legend={strings.what}
          name="kind"
          options={kinds}
          value={kind}
          onChange={setKind}
        />
        {kind === "config" ? (
          <RevisionField {...{ revisions, revision }} onRevision={setRevision} />
        ) : (
          <Field
            label={strings.version}
            required
            autoComplete="off"
            pattern={versionPattern.source}
            title={strings.aVersionSuchAs1}
            placeholder="1.3.0"
            value={version}
            onChange={(event) => setVersion(event.target.value)}
          />
        )}
        <Field
          label={strings.ringsOneStepForEach}
          autoComplete="off"
          placeholder={strings.thoseThatAgentsAreIn}
          aria-invalid={rings === undefined}
          value={ringText}
          onChange={(event) => setRingText(event.target.value)}
        />
        {kind === "version" ? (
          <p className="text-xs text-ink-faint">{strings.theServerNamesAVersion}</p>
        ) : null}
        {start === null ? null : <StartEffect start={start} />}
        <ActEnd {...{ act, why }} onWhy={setWhy} isReady={start !== null} lookAt={strings.theRollOuts}>
          {strings.giveItToTheFirst}
        </ActEnd>
      </form>
    </Dialog>
  );
}

type Start = Parameters<typeof apiClient.fleetRollout.start.mutate>[0]["start"];

/** `null` where the form does not say yet what to do. */
function startOf(
  kind: RolloutKind,
  revision: string,
  version: string,
  rings: number[] | null | undefined,
): Start | null {
  if (rings === undefined) return null;
  if (kind === "config") return { kind, target: Number(revision), rings };
  return versionPattern.test(version) ? { kind, target: version, rings } : null;
}

function RevisionField({
  revisions,
  revision,
  onRevision,
}: {
  revisions: readonly ShownRevision[];
  revision: string;
  onRevision: (revision: string) => void;
}) {
  return (
    <label className="block text-sm">
      <span className="mb-1.5 block font-medium">{strings.settings}</span>
      <select
        value={revision}
        onChange={(event) => onRevision(event.target.value)}
        className="h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-sm"
      >
        {revisions.map((one) => (
          <option key={one.revision} value={one.revision}>
            {strings.configRevisionReason({ revision: one.revision, reason: one.reason })}
          </option>
        ))}
        <option value="0">{strings.noneFromTheServerTheir}</option>
      </select>
    </label>
  );
}

function StartEffect({ start }: { start: Start | null }) {
  const { data, error, isPending } = useQuery(api.fleetRollout.startEffect.queryOptions(start ?? skipToken));
  return <EffectNotice {...{ effect: data, error, isPending }} nothing={strings.noAgentOfTheFirst} />;
}
