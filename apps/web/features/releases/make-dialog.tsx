"use client";

import type { ReleasedService } from "@tapline/core/rollout";
import { useId, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { askReleasesAnew } from "../../client/use-releases.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/releases/make-dialog.ts";
import { Field } from "../../ui/field.tsx";
import { readSettings } from "./settings-text.ts";

/** Makes a release, which never changes; nothing runs by it yet. */
export function MakeDialog({
  service,
  onDone,
  onClose,
}: {
  service: ReleasedService;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const [version, setVersion] = useState("");
  const [settings, setSettings] = useState("");
  const [rules, setRules] = useState("");
  const [areaId, faultId] = [useId(), useId()];
  const read = readSettings(settings);
  const fault = "fault" in read ? read.fault : null;
  const make = async (reason: string, password: string) => {
    if ("fault" in read) return;
    const content = {
      service,
      version: version.trim(),
      config: read.config,
      rules: rules === "" ? null : Number(rules),
    };
    const { id } = await apiClient.releases.make.mutate({ content, reason, password });
    onDone(strings.releaseIdOfServiceIs({ id, service }));
  };
  return (
    <WhyDialog
      title={strings.makeAReleaseOfService({ service })}
      does={strings.makeTheRelease}
      lookAt={strings.theReleases}
      askAnew={askReleasesAnew}
      asksPassword
      isReady={version.trim() !== "" && fault === null}
      onAct={make}
      onClose={onClose}
    >
      <div className="space-y-4">
        <Field
          label={strings.versionATagOfThe}
          value={version}
          maxLength={128}
          spellCheck={false}
          onChange={(event) => setVersion(event.target.value)}
        />
        <div>
          <label htmlFor={areaId} className="mb-1.5 block text-sm font-medium">
            {strings.settingsThatDifferALine}
          </label>
          <textarea
            id={areaId}
            rows={3}
            value={settings}
            spellCheck={false}
            placeholder={strings.logLevelDebug}
            aria-invalid={fault !== null}
            aria-describedby={faultId}
            onChange={(event) => setSettings(event.target.value)}
            className="w-full rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-xs"
          />
          <p id={faultId} className={fault === null ? "text-xs text-ink-faint" : "text-xs text-warning"}>
            {fault ?? strings.noSecretsAReleaseIs}
          </p>
        </div>
        {service === "validation" ? (
          <Field
            label={strings.releaseOfTheValidationRules}
            value={rules}
            inputMode="numeric"
            pattern="[0-9]*"
            onChange={(event) => setRules(event.target.value.replaceAll(/\D/g, ""))}
          />
        ) : null}
      </div>
    </WhyDialog>
  );
}
