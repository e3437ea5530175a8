"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReleasedService } from "@tapline/core/rollout";
import { api, apiClient } from "../../client/api.ts";
import { askReleasesAnew } from "../../client/use-releases.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/releases/steer-dialog.ts";
import { Effect } from "./effect.tsx";

const words = {
  advance: {
    title: strings.oneStepOn,
    says: strings.theNextShareComesWithout,
  },
  promote: {
    title: strings.promote,
    says: strings.itGoesToAllWithout,
  },
  rollBack: {
    title: strings.rollBack,
    says: strings.whatComesAnewGoesTo,
  },
} as const;

/** One step of the shift under way, or the way back. */
export function SteerDialog({
  verb,
  service,
  onDone,
  onClose,
}: {
  verb: keyof typeof words;
  service: ReleasedService;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const { title, says } = words[verb];
  const effect = useQuery(api.releases.effect.queryOptions({ service, verb }));
  const act = async (reason: string, password: string) => {
    const told =
      verb === "rollBack"
        ? await apiClient.releases.rollBack.mutate({ service, reason, password })
        : await apiClient.releases.steer.mutate({ service, verb, reason, password });
    onDone(`${service}: ${told.says}`);
  };
  return (
    <WhyDialog
      title={`${title}: ${service}`}
      does={title}
      lookAt={strings.theService}
      askAnew={askReleasesAnew}
      asksPassword
      isReady={effect.data !== undefined}
      onAct={act}
      onClose={onClose}
    >
      <Effect told={effect.data} error={effect.error} />
      <p className="mt-2 text-sm text-ink-soft">{says}</p>
    </WhyDialog>
  );
}
