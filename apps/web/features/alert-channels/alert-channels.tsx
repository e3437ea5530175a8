"use client";

import { useChannels, useMaintenance } from "../../client/use-channels.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alert-channels/alert-channels.ts";
import { ChannelList } from "./channel-list.tsx";
import { DeliveryLogPanel } from "./delivery-log.tsx";
import { MaintenancePanel } from "./maintenance-panel.tsx";

/** How alerts reach people beside this console: the channels, when they are held back, and what was told to whom. */
export function AlertChannelsPage() {
  const { channels, isFailed } = useChannels();
  const maintenance = useMaintenance("on");
  const mayOperate = useMayOperate();
  return (
    <div data-stale={isFailed || maintenance.isFailed}>
      <div className="mb-3 flex flex-wrap items-baseline gap-x-4 gap-y-2">
        <h1 className="text-lg font-semibold tracking-tight">{strings.channels}</h1>
        <p className="text-sm text-ink-faint">{strings.howAlertsReachPeopleBeside}</p>
      </div>
      {mayOperate ? null : <p className="mb-3 text-sm text-ink-soft">{strings.youAreSignedInAs}</p>}
      <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_27rem]">
        <ChannelList channels={channels} isFailed={isFailed} />
        <MaintenancePanel />
        <div className="min-w-0 xl:col-span-2">
          <DeliveryLogPanel names={channels?.channels.map(({ name }) => name) ?? []} />
        </div>
      </div>
    </div>
  );
}
