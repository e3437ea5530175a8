"use client";

import { useState } from "react";
import type { ChannelsView, ChannelView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/channel-list.ts";
import { rich } from "../../strings/rich.tsx";
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
  const release =
    channels === undefined || channels.version === 0
      ? null
      : strings.releaseVersion({ version: channels.version });
  return (
    <Panel
      title={strings.channelsInForce}
      aside={release === null ? null : <span className="figure text-xs text-ink-faint">{release}</span>}
    >
      {isFailed ? (
        <Notice tone="warning" title={strings.theChannelsCouldNotBe} className="m-3">
          {channels === undefined ? strings.itIsTriedAgainAll : strings.whatIsShownIsThe}
        </Notice>
      ) : null}
      {channels === undefined ? isFailed ? null : <Waiting of={strings.channels} /> : null}
      {channels?.channels.length === 0 ? (
        <Nothing title={strings.nobodyIsToldBesideThis}>
          {rich(strings.channelsComeByTaplineAlerts, {
            code: (words) => <code className="font-mono text-xs">{words}</code>,
          })}
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
      <Names title={strings.schedules} names={channels?.schedules ?? []} />
      <Names title={strings.policies} names={channels?.policies ?? []} />
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
