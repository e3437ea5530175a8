"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { adviceOf, api } from "../../client/api.ts";
import { formatCount } from "../../client/format.ts";
import { writeTapName } from "../../contracts/tap-name.ts";
import type { TapTrace } from "../../contracts/taps.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Part } from "../../ui/part.tsx";

/** The proof that a tap is archived: made by a worker, taken away as a file, printed, verified without a server. */
export function TapProof({ trace }: { trace: TapTrace }) {
  const { tracker, segment, state } = trace;
  if (state !== "archived" || segment === null) return null;
  return (
    <Part title="Proof">
      {segment.expiredAtEpochMs !== null ? (
        <p>None can be made any more: the segment's files were removed. Proofs that were made stay good.</p>
      ) : tracker === null ? (
        <p>A proof is of a tap by its tracker's number: find it by that.</p>
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
      <p className="text-ink-soft">
        One small file, by which anybody checks without a server that this tap is archived, and unaltered.
      </p>
      {query.isError && !query.isFetching ? (
        <div role="alert">
          <Notice className="mt-2" tone="warning" title="The proof could not be made">
            {adviceOf(query.error) ?? "The console does not answer."}
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
        {query.isFetching ? "A worker makes it…" : query.isError ? "Try again" : "Make the proof"}
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
        Made, {formatCount(bytes.length)} bytes.{" "}
        {isInLog
          ? "It says since when the audit log has it."
          : "The audit log has not got so far: made anew in a second, it says since when."}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <a
          className={look}
          href={`data:application/json;base64,${btoa(String.fromCharCode(...bytes))}`}
          download={`${tap.replaceAll(" ", "-")}.tapproof.json`}
        >
          Download
        </a>
        <a
          className={look}
          href={`/taps/slip?${new URLSearchParams({ tap })}`}
          target="_blank"
          rel="noopener"
        >
          Slip with QR codes
        </a>
        <a className={look} href={`/verify#proof=${code}`} target="_blank" rel="noopener">
          Verify in the browser
        </a>
        {isInLog ? null : (
          <Button kind="outline" onClick={onAnew}>
            Make it anew
          </Button>
        )}
      </div>
      <p className="mt-2 text-xs text-ink-faint">
        Verifying asks no server, this one neither; it takes the trust file and the log's key, which an
        auditor gets by a way of their own. On a command line: tapline verify.
      </p>
    </>
  );
}
