"use client";

import { type ReactNode, useState } from "react";
import { stateWords } from "../../client/delivery-words.ts";
import { formatCount } from "../../client/format.ts";
import { type DeliveryLog, useDeliveries } from "../../client/use-channels.ts";
import { useNow } from "../../client/use-now.ts";
import { type DeliveryFilter, deliveryStates } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/delivery-log.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { columns, DeliveryRow } from "./delivery-row.tsx";

/** What was told to whom, when, and why not; the newest first. */
export function DeliveryLogPanel({ names }: { names: readonly string[] }) {
  const [filter, setFilter] = useState<DeliveryFilter>({});
  const log = useDeliveries(filter);
  const { channel, state } = filter;
  return (
    <Panel
      title={strings.deliveryLog}
      aside={
        <div className="flex flex-wrap gap-2">
          <Choose
            label={strings.channel}
            value={channel ?? ""}
            onChoose={(name) => setFilter({ ...filter, channel: name === "" ? undefined : name })}
          >
            <option value="">{strings.allChannels}</option>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choose>
          <Choose
            label={strings.state}
            value={state ?? ""}
            onChoose={(name) => setFilter({ ...filter, state: deliveryStates.find((one) => one === name) })}
          >
            <option value="">{strings.allStates}</option>
            {deliveryStates.map((one) => (
              <option key={one} value={one}>
                {stateWords[one]}
              </option>
            ))}
          </Choose>
        </div>
      }
    >
      {log.isFailed ? (
        <Notice tone="warning" title={strings.theLogCouldNotBe} className="m-3">
          {log.deliveries.length === 0 ? strings.itIsTriedAgainAll : strings.whatIsShownIsThe}
        </Notice>
      ) : null}
      <Rows log={log} isNarrowed={channel !== undefined || state !== undefined} />
    </Panel>
  );
}

function Rows({ log, isNarrowed }: { log: DeliveryLog; isNarrowed: boolean }) {
  const { deliveries, isAnswered, isFailed, hasMore, loadMore } = log;
  // Rows say what is still to come, and of which day they are.
  useNow(5_000);
  if (!isAnswered) return <Waiting of={strings.theDeliveryLog} />;
  if (deliveries.length === 0)
    return isFailed ? null : (
      <Nothing title={isNarrowed ? strings.noneMatches : strings.nobodyWasToldAnythingYet}>
        {isNarrowed ? strings.noDeliveryOfTheLast : strings.whatIsToldByChannels}
      </Nothing>
    );
  return (
    <>
      <div aria-hidden className={`${columns} px-4 pt-2 text-xs text-ink-faint max-md:hidden`}>
        <span>{strings.when}</span>
        <span>{strings.what}</span>
        <span>{strings.channel}</span>
        <span>{strings.state}</span>
        <span className="text-right">{strings.attempts}</span>
        <span className="text-right">{strings.took}</span>
      </div>
      <ol aria-label={strings.deliveries} className="divide-y divide-line">
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} />
        ))}
      </ol>
      <div className="flex min-h-11 items-center justify-between border-t border-line px-4 py-1 text-xs text-ink-faint">
        <span>
          <span className="figure">{formatCount(deliveries.length)}</span>
          {hasMore ? strings.ofMore : strings.inAll}
        </span>
        {hasMore ? (
          <Button className="h-8 text-xs" onClick={loadMore}>
            {strings.showMore}
          </Button>
        ) : null}
      </div>
    </>
  );
}

function Choose({
  label,
  value,
  onChoose,
  children,
}: {
  label: string;
  value: string;
  onChoose: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
      className="h-9 max-w-44 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink"
    >
      {children}
    </select>
  );
}
