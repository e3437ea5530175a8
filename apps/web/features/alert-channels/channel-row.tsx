import { isTroubled, remarkOf, sinceWords, stateWords, tookText } from "../../client/delivery-words.ts";
import { formatAge, formatCount, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { ChannelView, DeliveryView } from "../../contracts/alert-channels.ts";
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
    ...(waiting === 0 ? [] : [`${formatCount(waiting)} waiting`]),
    ...(held === 0 ? [] : [`${formatCount(held)} held back by maintenance`]),
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
        <p className="mt-0.5 text-xs text-ink-faint">tells: {tells.join(", ")}</p>
        <p className="mt-1.5 text-sm">
          {last === null ? (
            <span className="text-ink-faint">Nothing was sent by it yet</span>
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
        Test…<span className="sr-only"> {name}</span>
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
      <span className="age text-ink-soft">{formatAge(Math.max(0, agoMs))} ago</span>
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
  if (test.is === "under-way") return <p className="text-ink-soft">The test is on its way…</p>;
  if (test.is === "refused")
    return (
      <p className="font-medium text-warning">
        <span aria-hidden>▲ </span>The test was not asked for: {test.why}
      </p>
    );
  const { delivery } = test;
  const at = formatTime(delivery.endedAtEpochMs ?? delivery.atEpochMs, zone);
  if (delivery.state === "sent")
    return (
      <p>
        <span className="font-medium">The test was sent</span> at <span className="figure">{at}</span>,{" "}
        <span className="figure">{tookText(delivery)}</span> {sinceWords(delivery)}
      </p>
    );
  return (
    <p className="[overflow-wrap:anywhere]">
      <span className="font-medium text-warning">
        <span aria-hidden>▲ </span>The test has not been sent:
      </span>{" "}
      {delivery.fault === "" && delivery.state === "waiting"
        ? "nobody took it up within 15 s. Does a worker with the role alerts run? The log below tells what comes of it."
        : remarkOf(delivery, zone, serverNow())}
    </p>
  );
}
