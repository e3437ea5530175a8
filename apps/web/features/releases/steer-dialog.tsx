"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReleasedService } from "@tapline/core/rollout";
import { api, apiClient } from "../../client/api.ts";
import { askReleasesAnew } from "../../client/use-releases.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import { Effect } from "./effect.tsx";

const words = {
  advance: {
    title: "One step on",
    says: "The next share comes without waiting for the window's end. What is bad still turns it back.",
  },
  promote: {
    title: "Promote",
    says: "It goes to all without waiting for windows and evidence. Ready it must be all the same, and what is bad still turns it back.",
  },
  rollBack: {
    title: "Roll back",
    says: "What comes anew goes to what ran before at once, as soon as that is ready; what the new release has in hand it ends, or the old one takes over. No tap is lost.",
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
      lookAt="the service"
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
