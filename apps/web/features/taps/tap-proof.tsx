"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatCount } from "../../client/format.ts";
import { writeTapName } from "../../contracts/tap-name.ts";
import type { TapTrace } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/tap-proof.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Part } from "../../ui/part.tsx";

/** The proof that a tap is archived: made by a worker, taken away as a file, printed, verified without a server. */
export function TapProof({ trace }: { trace: TapTrace }) {
  const { tracker, segment, state } = trace;
  if (state !== "archived" || segment === null) return null;
  return (
    <Part title={strings.proof}>
      {segment.expiredAtEpochMs !== null ? (
        <p>{strings.noneCanBeMadeAny}</p>
      ) : tracker === null ? (
        <p>{strings.aProofIsOfA}</p>
      ) : (
        <Made key={trace.name} {...{ tracker }} />
      )}
    </Part>
  );
}

function Made({ tracker }: { tracker: NonNullable<TapTrace["tracker"]> }) {
  const { id, epoch, seq } = tracker;
  const [isAsked, setAsked] = useState(false);
  const query = useQuery({
    ...api.tap.proof.queryOptions({ tracker: id, epoch, seq }),
    ...{ enabled: isAsked, staleTime: Number.POSITIVE_INFINITY, gcTime: 0 },
  });
  const json = query.data?.json;
  if (json !== undefined)
    return <Ways json={json} name={{ tracker: id, epoch, seq }} onAnew={() => void query.refetch()} />;
  return (
    <>
      <p className="text-ink-soft">{strings.oneSmallFileByWhich}</p>
      {query.isError && !query.isFetching ? (
        <div role="alert">
          <Notice className="mt-2" tone="warning" title={strings.theProofCouldNotBe}>
            {adviceOf(query.error) ?? strings.theConsoleDoesNotAnswer}
          </Notice>
        </div>
      ) : null}
      <Button
        kind="outline"
        className="mt-2"
        aria-disabled={query.isFetching}
        onClick={() => {
          if (query.isFetching) return;
          if (isAsked) void query.refetch();
          else setAsked(true);
        }}
      >
        {query.isFetching ? strings.aWorkerMakesIt : query.isError ? strings.tryAgain : strings.makeTheProof}
      </Button>
    </>
  );
}

const look = "inline-flex h-9 items-center rounded-md border border-line-strong px-3 text-sm hover:bg-raised";

function Ways({
  json,
  name,
  onAnew,
}: {
  json: string;
  name: { tracker: string; epoch: number; seq: number };
  onAnew: () => void;
}) {
  const bytes = new TextEncoder().encode(json);
  const code = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const isInLog = (JSON.parse(json) as { log: unknown }).log !== null;
  const tap = writeTapName({ by: "tracker", ...name });
  return (
    <>
      <p role="status" className="text-ink-soft">
        {strings.madeBytesBytesIsIn({
          bytes: formatCount(bytes.length),
          isInLog: isInLog ? strings.itSaysSinceWhenThe : strings.theAuditLogHasNot,
        })}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <a
          className={look}
          href={`data:application/json;base64,${btoa(String.fromCharCode(...bytes))}`}
          download={`${tap.replaceAll(" ", "-")}.tapproof.json`}
        >
          {strings.download}
        </a>
        <a
          className={look}
          href={`/taps/slip?${new URLSearchParams({ tap })}`}
          target="_blank"
          rel="noopener"
        >
          {strings.slipWithQrCodes}
        </a>
        <a className={look} href={`/verify#proof=${code}`} target="_blank" rel="noopener">
          {strings.verifyInTheBrowser}
        </a>
        {isInLog ? null : (
          <Button kind="outline" onClick={onAnew}>
            {strings.makeItAnew}
          </Button>
        )}
      </div>
      <p className="mt-2 text-xs text-ink-faint">{strings.verifyingAsksNoServerThis}</p>
    </>
  );
}
