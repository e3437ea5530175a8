"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { api, apiClient } from "../../client/api.ts";
import { askAgentsAnew } from "../../client/use-agents.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import * as strings from "../../strings/generated/agents/pin-dialog.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import type { Standing } from "./agent-standing.ts";
import { EffectNotice } from "./effect-notice.tsx";
import { versionPattern } from "./version-pattern.ts";

/** What an agent is to be kept at. */
interface Pins {
  revision?: number;
  version?: string;
}

/** Keeps an agent at settings or a version whatever is rolled out, or takes that off; says beforehand what it does. */
export function PinDialog({ standing, onClose }: { standing: Standing; onClose: () => void }) {
  const { id, pinned } = standing.agent;
  const [revision, setRevision] = useState("");
  const [version, setVersion] = useState("");
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAgentsAnew);
  const { password, run } = act;
  const pins: Pins = {
    ...(revision === "" ? {} : { revision: Number(revision) }),
    ...(versionPattern.test(version.trim()) ? { version: version.trim() } : {}),
  };
  const isNamed = Object.keys(pins).length > 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || !(isNamed || pinned)) return;
    await run(async () => {
      const proof = pins.version === undefined ? {} : { password };
      if (isNamed) await apiClient.fleet.pin.mutate({ id, reason, ...pins, ...proof });
      else await apiClient.fleet.unpin.mutate({ id, reason });
      onClose();
    });
  };
  return (
    <Dialog title={strings.settingsAndVersionOfId({ id })} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">
        {strings.whatIsChosenHereHolds}
        {pinned ? strings.itIsKeptAtSomething : ""}
      </p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <RevisionField revision={revision} onRevision={setRevision} />
        <Field
          label={strings.version}
          autoComplete="off"
          pattern={versionPattern.source}
          title={strings.aVersionSuchAs1}
          placeholder={strings.asItIs}
          value={version}
          onChange={(event) => setVersion(event.target.value)}
        />
        {isNamed || pinned ? <Effect id={id} pins={pins} /> : null}
        <ActEnd
          {...{ act, why }}
          onWhy={setWhy}
          asksPassword={pins.version !== undefined}
          isReady={isNamed || pinned}
          lookAt={strings.theAgent}
        >
          {isNamed || !pinned ? strings.keepItAtThat : strings.takeItOff}
        </ActEnd>
      </form>
    </Dialog>
  );
}

function RevisionField({
  revision,
  onRevision,
}: {
  revision: string;
  onRevision: (revision: string) => void;
}) {
  const { data, isError } = useQuery(api.fleet.revisions.queryOptions());
  return (
    <label className="block text-sm">
      <span className="mb-1.5 block font-medium">{strings.settings}</span>
      <select
        value={revision}
        onChange={(event) => onRevision(event.target.value)}
        className="h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-sm"
      >
        <option value="">{strings.asTheyAre}</option>
        <option value="0">{strings.noneFromTheServerIts}</option>
        {data?.map((one) => (
          <option key={one.revision} value={one.revision}>
            {strings.configRevisionReason({ revision: one.revision, reason: one.reason })}
          </option>
        ))}
      </select>
      {isError ? <span className="text-xs text-ink-faint">{strings.theSettingsCouldNotBe}</span> : null}
    </label>
  );
}

/** What the server says that it would do. */
function Effect({ id, pins }: { id: string; pins: Pins }) {
  const { data, error, isPending } = useQuery(api.fleet.pinEffect.queryOptions({ id, ...pins }));
  return <EffectNotice {...{ effect: data, error, isPending }} nothing={strings.nothingIsToldAnewIt} />;
}
