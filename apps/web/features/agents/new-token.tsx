"use client";

import Link from "next/link";
import { useState } from "react";
import { formatSpan, formatTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import type { AgentView } from "../../contracts/agents.ts";
import { Button } from "../../ui/button.tsx";
import { Copied } from "../../ui/copied.tsx";
import { Field } from "../../ui/field.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

/** A token that was just made. */
export interface MadeToken {
  agent: string;
  token: string;
  expiresAtEpochMs: number;
  /** Where agents reach the door; `null`: the console does not know. */
  serverUrl: string | null;
}

/** The port on which the door listens unless it is told otherwise. */
const usualPort = 7443;

/** A token, the command for the reader PC, and whether the agent has come by it. */
export function NewToken({
  made,
  agent,
  onClose,
}: {
  made: MadeToken;
  /** As the list has it by now. */
  agent: AgentView | undefined;
  onClose: () => void;
}) {
  const zone = useTimeZone();
  const [server, setServer] = useState(made.serverUrl ?? `https://${window.location.hostname}:${usualPort}`);
  const [madeAtEpochMs] = useState(serverNow);
  const enrolledAt = agent?.enrolledAtEpochMs ?? null;
  const hasCome = enrolledAt !== null && enrolledAt >= madeAtEpochMs - 1_000;
  const command = `sudo tapline-agent enrol --server ${server} --token-file -`;
  if (hasCome) return <HasCome {...{ made, enrolledAt, onClose }} />;
  return (
    <div className="space-y-4 text-sm">
      <p>
        This token lets one machine in as <strong className="font-semibold">{made.agent}</strong>, once, until{" "}
        <span className="age whitespace-nowrap">
          {formatTime(made.expiresAtEpochMs, zone, false)} {zoneName(made.expiresAtEpochMs, zone)}
        </span>
        . <span className="font-medium text-warning">▲ It is not shown again.</span>
      </p>
      <Copied label="Token" text={made.token} />
      <div className="flex justify-center">
        <QrCode text={made.token} name={`The token for ${made.agent} as a QR code`} />
      </div>
      {made.serverUrl === null ? (
        <Field
          label="The server's address, as the PC reaches it"
          value={server}
          onChange={(event) => setServer(event.target.value.trim())}
        />
      ) : null}
      <Copied label="On the reader PC, then paste the token, then Ctrl-D" text={command} />
      <p role="status" className="text-ink-soft">
        Waiting for {made.agent}…
      </p>
    </div>
  );
}

function HasCome({
  made,
  enrolledAt,
  onClose,
}: {
  made: MadeToken;
  enrolledAt: number;
  onClose: () => void;
}) {
  useNow(1_000);
  return (
    <div className="space-y-4 text-sm">
      <p role="status">
        <strong className="font-semibold">{made.agent}</strong> has enrolled,{" "}
        <span className="age">{formatSpan(serverNow() - enrolledAt)}</span> ago. The token is used up.
      </p>
      <p className="text-ink-soft">
        Start its service where it does not run yet:{" "}
        <code className="font-mono text-xs">sudo systemctl start tapline-agent</code>. Then{" "}
        <Link
          href={`/taps?${new URLSearchParams({ of: `agent:${made.agent}` })}`}
          className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
        >
          see its first tap come
        </Link>
        .
      </p>
      <Button kind="primary" className="w-full" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}
