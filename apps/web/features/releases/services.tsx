"use client";

import dynamic from "next/dynamic";
import { Unread } from "../../client/list-states.tsx";
import { loadPart } from "../../client/load-part.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useAsked } from "../../client/use-asked.tsx";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useNow } from "../../client/use-now.ts";
import { useReleases } from "../../client/use-releases.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { ReleasesBoard, ServiceReleases } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/services.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { openPane } from "../../ui/open-pane.tsx";
import { OptionList } from "../../ui/option-list.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import type { AskedAct } from "./asked.ts";
import { releaseName, standOf } from "./release-words.ts";
import { ServicePane } from "./service-pane.tsx";
import { ShareBar } from "./share-bar.tsx";
import { servicesAddress } from "./view.ts";

const Dialogs = dynamic(() => loadPart(() => import("./dialogs.tsx")).then((part) => part.Dialogs), {
  ssr: false,
});

/** What runs of each service that may run in two releases, and what leads it from one to the other. */
export function Services() {
  const { view, change } = useAddressView(servicesAddress);
  const { board, isFailed, heardEpochMs } = useReleases();
  const asking = useAsked<AskedAct>((asked, ends) =>
    board === undefined ? null : <Dialogs {...{ asked, board }} {...ends} />,
  );
  useNow(1_000);
  const services = board?.services ?? [];
  const ids = services.map(({ service }) => service);
  const found = services.find(({ service }) => service === view.open);
  const open = found && board && { of: found, board };
  const close = () => change({ open: null });
  const cursor = useListCursor(strings.releases, "service", ids, { open: view.open, change });
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.releases}</h1>
        {useMayOperate() ? null : <p className="text-sm text-ink-faint">{strings.rollingBackNeedsTheRole}</p>}
      </div>
      {asking.outcome}
      {isFailed ? <Unread what={strings.releases2} heardEpochMs={heardEpochMs} /> : null}
      <WithSidePane
        name={strings.theOpenService}
        list={
          <Card aria-label={strings.listOfServices} className="flex min-h-0 flex-col overflow-hidden">
            {board === undefined ? (
              isFailed ? null : (
                <ListSkeleton of={strings.servicesName} />
              )
            ) : (
              <ServiceList
                services={services}
                cursor={cursor.index}
                onMove={cursor.moveTo}
                onOpen={(id) => change({ open: id })}
              />
            )}
          </Card>
        }
        pane={openPane(
          { id: view.open, item: open, isAnswered: board !== undefined, isFailed, onClose: close },
          { unknown: strings.noServiceIsCalledThis },
          (shown) => <ServicePane {...shown} onClose={close} onAsk={asking.ask} />,
        )}
      />
      {asking.dialog}
    </div>
  );
}

const columns = cn(
  "grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]",
  "@2xl:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)_minmax(0,1.6fr)_9rem]",
);
const wide = "@max-2xl:hidden";

function ServiceList({
  services,
  cursor,
  onMove,
  onOpen,
}: {
  services: ReleasesBoard["services"];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
}) {
  return (
    <>
      <OptionList
        name={strings.services}
        ids={services.map(({ service }) => service)}
        {...{ cursor, onMove, onOpen, columns }}
        head={
          <>
            <span>{strings.service}</span>
            <span className={wide}>{strings.runs}</span>
            <span>{strings.onItsWay}</span>
            <span className={wide}>{strings.evidence}</span>
          </>
        }
      >
        {(index) => {
          const one = services[index];
          return one === undefined ? null : <Cells of={one} />;
        }}
      </OptionList>
      <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">{strings.ofAllOtherServicesOne}</p>
    </>
  );
}

function Cells({ of: { service, release, colour, shift } }: { of: ServiceReleases }) {
  const stand = shift === null ? null : standOf(shift.state);
  return (
    <>
      <p className="truncate text-sm font-medium">{service}</p>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>
        {releaseName(release)} <span className="text-ink-faint">({colour})</span>
      </p>
      {shift === null || stand === null ? (
        <p className="truncate text-sm text-ink-faint">{strings.nothing}</p>
      ) : (
        <div className="min-w-0">
          <p
            className={cn("truncate text-sm", stand.isCalling ? "font-medium text-warning" : "text-ink-soft")}
          >
            {stand.isCalling ? <span aria-hidden>▲ </span> : null}
            {releaseName(shift.release)}: {stand.words.toLowerCase()}
          </p>
          <ShareBar shift={shift} />
        </div>
      )}
      <p className={cn("truncate text-sm text-ink-soft", wide)}>
        {shift?.evidence == null ? "–" : shift.evidence.verdict.is}
      </p>
    </>
  );
}
