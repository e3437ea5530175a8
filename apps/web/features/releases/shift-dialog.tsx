"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, apiClient } from "../../client/api.ts";
import { askReleasesAnew } from "../../client/use-releases.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/releases/shift-dialog.ts";
import { Choice } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Effect } from "./effect.tsx";

const stepsOf = { careful: [1, 5, 10, 25, 50, 100], usual: [10, 25, 50, 100], quick: [50, 100] } as const;
const ways = [
  { label: strings.careful, value: "careful" },
  { label: strings.usual, value: "usual" },
  { label: strings.quick, value: "quick" },
] as const;
const minuteMs = 60_000;
const windows = [1, 5, 15, 60].map((minutes) => ({
  label: strings.minutesMin({ minutes }),
  value: minutes * minuteMs,
}));

/** Begins to lead a service to a release, by shares that are watched. */
export function ShiftDialog({
  release,
  isReplacing,
  onDone,
  onClose,
}: {
  release: number;
  /** Another shift of the service is under way, whose place it takes. */
  isReplacing: boolean;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const [way, setWay] = useState<keyof typeof stepsOf>("usual");
  const [windowMs, setWindowMs] = useState(minuteMs);
  const wanted = { release, plan: { steps: [...stepsOf[way]], windowMs } };
  const effect = useQuery({
    ...api.releases.shiftEffect.queryOptions(wanted),
    placeholderData: keepPreviousData,
  });
  const begin = async (reason: string, password: string) => {
    const { says } = await apiClient.releases.shift.mutate({ ...wanted, reason, password });
    onDone(strings.begunSays({ says }));
  };
  return (
    <WhyDialog
      title={strings.leadToReleaseRelease({ release })}
      does={strings.begin}
      lookAt={strings.theService}
      askAnew={askReleasesAnew}
      asksPassword
      isReady={effect.data !== undefined && !effect.isPlaceholderData}
      onAct={begin}
      onClose={onClose}
    >
      <div className="space-y-4">
        <Effect told={effect.data} error={effect.error} />
        {isReplacing ? (
          <Notice tone="warning" title={strings.anotherShiftIsUnderWay}>
            {strings.thisOneTakesItsPlace}
          </Notice>
        ) : null}
        <Choice legend={strings.shares} name="way" isFirst options={ways} value={way} onChange={setWay}>
          <p className="figure mt-1.5 text-xs text-ink-faint">{stepsOf[way].join(", ")} %</p>
        </Choice>
        <Choice<number>
          {...{ legend: strings.eachIsWatchedFor, name: "window", options: windows }}
          value={windowMs}
          onChange={setWindowMs}
        />
        <p className="text-xs text-ink-faint">{strings.itTurnsBackByItself}</p>
      </div>
    </WhyDialog>
  );
}
