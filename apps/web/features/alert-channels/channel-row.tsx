import { isTroubled, remarkOf, sinceWords, stateWords, tookText } from "../../client/delivery-words.ts";
import { formatAge, formatCount, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { ChannelView, DeliveryView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/channel-row.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import type { TestState } from "./use-tests.ts";

/** One channel: how it reaches people, how it went last, and what came of a test. */
export function ChannelRow({
  channel,
  test,
  onTest,
}: {
  channel: ChannelView;
  test: TestState | null;
  onTest: () => void;
}) {
  const mayOperate = useMayOperate();
  const { name, way, tells, waiting, held, last } = channel;
  const open = [
    ...(waiting === 0 ? [] : [strings.waitingWaiting({ waiting: formatCount(waiting) })]),
    ...(held === 0 ? [] : [strings.heldHeldBackByMaintenance({ held: formatCount(held) })]),
  ];
  return (
    <li
      aria-label={name}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 px-4 py-3"
    >
      <div className="min-w-0">
        <p className="text-sm [overflow-wrap:anywhere]">
          <span className="font-medium">{name}</span> <span className="text-ink-soft">{way}</span>
        </p>
        <p className="mt-0.5 text-xs text-ink-faint">{strings.tellsTells({ tells: tells.join(", ") })}</p>
        <p className="mt-1.5 text-sm">
          {last === null ? (
            <span className="text-ink-faint">{strings.nothingWasSentByIt}</span>
          ) : (
            <Last last={last} />
          )}
          {open.length === 0 ? null : <span className="figure text-ink-soft"> · {open.join(", ")}</span>}
        </p>
      </div>
      <Button
        kind="outline"
        className="disabled:opacity-60"
        disabled={!mayOperate || test?.is === "under-way"}
        onClick={onTest}
      >
        {rich(strings.testName, { name: <span className="sr-only"> {name}</span> })}
      </Button>
      <div role="status" className="col-span-2 text-sm empty:hidden">
        {test === null ? null : <TestFact test={test} />}
      </div>
    </li>
  );
}

function Last({ last }: { last: DeliveryView }) {
  useNow(1_000);
  const zone = useTimeZone();
  const agoMs = serverNow() - (last.endedAtEpochMs ?? last.atEpochMs);
  const isBad = isTroubled(last);
  return (
    <span className="[overflow-wrap:anywhere]">
      <span className={cn(isBad ? "font-medium text-warning" : "")}>
        {isBad ? <span aria-hidden>▲ </span> : null}
        {stateWords[last.state]}
      </span>{" "}
      <span className="age text-ink-soft">{strings.spanAgo({ span: formatAge(Math.max(0, agoMs)) })}</span>
      {last.state === "sent" ? (
        <span className="text-ink-soft">
          , <span className="figure">{tookText(last)}</span> {sinceWords(last)}
        </span>
      ) : null}
      {last.fault === "" ? null : (
        <span className="text-ink-soft">: {remarkOf(last, zone, serverNow())}</span>
      )}
    </span>
  );
}

/** What came of a test, as a fact. */
function TestFact({ test }: { test: TestState }) {
  const zone = useTimeZone();
  if (test.is === "under-way") return <p className="text-ink-soft">{strings.theTestIsOnIts}</p>;
  if (test.is === "refused")
    return (
      <p className="font-medium text-warning">
        <span aria-hidden>▲ </span>
        {strings.theTestWasNotAsked({ why: test.why })}
      </p>
    );
  const { delivery } = test;
  const at = formatTime(delivery.endedAtEpochMs ?? delivery.atEpochMs, zone);
  if (delivery.state === "sent")
    return (
      <p>
        {rich(strings.theTestWasSentAt, {
          b: (words) => <span className="font-medium">{words}</span>,
          at: <span className="figure">{at}</span>,
          took: <span className="figure">{tookText(delivery)}</span>,
          since: sinceWords(delivery),
        })}
      </p>
    );
  return (
    <p className="[overflow-wrap:anywhere]">
      <span className="font-medium text-warning">
        <span aria-hidden>▲ </span>
        {strings.theTestHasNotBeen}
      </span>{" "}
      {delivery.fault === "" && delivery.state === "waiting"
        ? strings.nobodyTookItUpWithin
        : remarkOf(delivery, zone, serverNow())}
    </p>
  );
}
