"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatTime } from "../../client/format.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useTimeZone } from "../../client/time-zone.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askKeysAnew } from "../../client/use-keys.ts";
import type { KeyPreviewView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/change-form.ts";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Preview } from "./use-preview.ts";

export interface ChangeFormProps {
  preview: Preview;
  /** Of the request that is approved; `null`: the change is one's own. */
  approves: string | null;
  /** What the button says that is pressed. */
  verb: string;
  /** It was done, or asked for: in a sentence. */
  onDone: (outcome: string) => void;
}

/** Says what a change does, and asks why and for the password; stays open where it is refused. */
export function ChangeForm({ preview, approves, verb, onDone }: ChangeFormProps) {
  const { told, error } = preview;
  if (error !== null) return <RefusedNotice error={error} lookAt={strings.theRing} />;
  if (told === null) return <PreviewWaiting />;
  return <ToldForm {...{ preview, told, approves, verb, onDone }} />;
}

function ToldForm({ preview, told, approves, verb, onDone }: ChangeFormProps & { told: KeyPreviewView }) {
  const [why, setWhy] = useState("");
  const zone = useTimeZone();
  const guarded = useGuardedAct(askKeysAnew);
  const { password, run } = guarded;
  const { change, stand, effect, needsApproval } = told;
  const isAsked = needsApproval && approves === null;
  const act = async (reason: string): Promise<string> => {
    if (approves !== null) {
      await apiClient.keys.approve.mutate({ id: approves, stand, reason, password });
      return strings.approvedAndDoneWhat({ what: effect.what });
    }
    const outcome = await apiClient.keys.change.mutate({ change, stand, reason, password });
    if (outcome.is === "made") return strings.doneWhat({ what: effect.what });
    const until = formatTime(outcome.expiresAtEpochMs, zone, false);
    return strings.askedForAndNotDone({ what: effect.what, until });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "" || password === "") return;
    await run(async () => {
      try {
        onDone(await act(reason));
      } catch (refusal) {
        preview.lookAgainAfter(refusal);
        throw refusal;
      }
    });
  };
  return (
    <>
      {preview.isAnew ? <ChangedNotice /> : null}
      <Effect told={told} />
      {isAsked ? <p className="mt-3 text-sm">{strings.twoPersonsHaveToWant}</p> : null}
      {effect.refusal !== null ? null : (
        <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
          <ActEnd act={guarded} why={why} onWhy={setWhy} lookAt={strings.theRing}>
            {isAsked ? strings.askASecondPerson : verb}
          </ActEnd>
        </form>
      )}
    </>
  );
}

function ChangedNotice() {
  return (
    <div role="status">
      <Notice className="mb-3" tone="info" title={strings.theRingHasChangedMeanwhile}>
        {strings.belowIsWhatItDoes}
      </Notice>
    </div>
  );
}

function Effect({ told: { effect, certificate } }: { told: KeyPreviewView }) {
  const lines: ReactNode[] = [...effect.lines, ...(certificate?.notes ?? [])];
  return (
    <section aria-label={strings.whatItDoes} className="text-sm">
      <p className="font-medium [overflow-wrap:anywhere]">{effect.what}</p>
      <ul className="mt-2 list-disc space-y-1 pl-4 text-ink-soft [overflow-wrap:anywhere]">
        {lines.map((line) => (
          <li key={String(line)}>{line}</li>
        ))}
      </ul>
      {effect.refusal !== null ? (
        <Notice className="mt-3" tone="warning" title={strings.itIsRefused}>
          {effect.refusal}
        </Notice>
      ) : effect.isLosing ? (
        <Notice className="mt-3" tone="warning" title={strings.somethingCouldNotBeOpened}>
          {strings.whatOnlyThisKeyOpens}
        </Notice>
      ) : null}
    </section>
  );
}

function PreviewWaiting() {
  return (
    <div aria-busy="true" className="space-y-3">
      <span className="sr-only">{strings.loadingWhatItDoes}</span>
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-5/6" />
    </div>
  );
}
