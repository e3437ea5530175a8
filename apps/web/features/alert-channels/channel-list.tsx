"use client";

import { useState } from "react";
import type { ChannelsView, ChannelView } from "../../contracts/alert-channels.ts";
import { Notice } from "../../ui/notice.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { ChannelRow } from "./channel-row.tsx";
import { TestDialog } from "./test-dialog.tsx";
import { useTests } from "./use-tests.ts";

/** The channels in force, how each fares, and a way to try it. */
export function ChannelList({
  channels,
  isFailed,
}: {
  /** `undefined` until the first answer. */
  channels: ChannelsView | undefined;
  isFailed: boolean;
}) {
  const tests = useTests();
  const [asked, setAsked] = useState<ChannelView | null>(null);
  const release = channels === undefined || channels.version === 0 ? null : `release ${channels.version}`;
  return (
    <Panel
      title="Channels in force"
      aside={release === null ? null : <span className="figure text-xs text-ink-faint">{release}</span>}
    >
      {isFailed ? (
        <Notice tone="warning" title="The channels could not be read" className="m-3">
          {channels === undefined
            ? "It is tried again all the time."
            : "What is shown is the last that was known."}
        </Notice>
      ) : null}
      {channels === undefined ? isFailed ? null : <Waiting of="channels" /> : null}
      {channels?.channels.length === 0 ? (
        <Nothing title="Nobody is told beside this console">
          Channels come by <code className="font-mono text-xs">tapline alerts channel release</code>, as
          docs/operations.md says under “Alert channels”.
        </Nothing>
      ) : null}
      <ul className="divide-y divide-line">
        {channels?.channels.map((channel) => (
          <ChannelRow
            key={channel.name}
            channel={channel}
            test={tests.of(channel.name)}
            onTest={() => setAsked(channel)}
          />
        ))}
      </ul>
      <Names title="Schedules" names={channels?.schedules ?? []} />
      <Names title="Policies" names={channels?.policies ?? []} />
      <TestDialog
        channel={asked}
        onClose={() => setAsked(null)}
        onSend={(name, reason) => void tests.send(name, reason)}
      />
    </Panel>
  );
}

function Names({ title, names }: { title: string; names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <p className="border-t border-line px-4 py-2 text-xs text-ink-faint [overflow-wrap:anywhere]">
      {title}: <span className="text-ink-soft">{names.join(", ")}</span>
    </p>
  );
}
