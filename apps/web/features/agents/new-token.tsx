"use client";

import Link from "next/link";
import { useState } from "react";
import { formatSpan, formatTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import type { AgentView } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/new-token.ts";
import { rich } from "../../strings/rich.tsx";
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
        {rich(strings.thisTokenLetsOneMachine, {
          agent: <strong className="font-semibold">{made.agent}</strong>,
          time: (
            <span className="age whitespace-nowrap">
              {formatTime(made.expiresAtEpochMs, zone, false)} {zoneName(made.expiresAtEpochMs, zone)}
            </span>
          ),
          b: (words) => <span className="font-medium text-warning">{words}</span>,
        })}
      </p>
      <Copied label={strings.token} text={made.token} />
      <div className="flex justify-center">
        <QrCode text={made.token} name={strings.theTokenOfAgentAsACode({ agent: made.agent })} />
      </div>
      {made.serverUrl === null ? (
        <Field
          label={strings.theServersAddressAsThe}
          value={server}
          onChange={(event) => setServer(event.target.value.trim())}
        />
      ) : null}
      <Copied label={strings.onTheReaderPcThen} text={command} />
      <p role="status" className="text-ink-soft">
        {strings.waitingForAgent({ agent: made.agent })}
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
        {rich(strings.agentHasEnrolledSpanAgo, {
          agent: <strong className="font-semibold">{made.agent}</strong>,
          span: <span className="age">{formatSpan(serverNow() - enrolledAt)}</span>,
        })}
      </p>
      <p className="text-ink-soft">
        {rich(strings.startItsServiceWhereIt, {
          code: (words) => <code className="font-mono text-xs">{words}</code>,
          link: (words) => (
            <Link
              href={`/taps?${new URLSearchParams({ of: `agent:${made.agent}` })}`}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
            >
              {words}
            </Link>
          ),
        })}
      </p>
      <Button kind="primary" className="w-full" onClick={onClose}>
        {strings.done}
      </Button>
    </div>
  );
}
