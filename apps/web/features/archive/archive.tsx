"use client";

import { useRef, useState } from "react";
import { NoList, Unread } from "../../client/list-states.tsx";
import { useAddressView } from "../../client/use-address-view.ts";
import { useArchiveOverview, useSegments } from "../../client/use-archive.ts";
import { useCursor } from "../../client/use-cursor.ts";
import { useListKeys } from "../../client/use-list-keys.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/archive/archive.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { ActDialogs, type Asked, SegmentActs, TargetActs } from "./acts.tsx";
import { AskedList } from "./asked-list.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { SegmentList } from "./segment-list.tsx";
import { SegmentPane } from "./segment-pane.tsx";
import { TargetPane } from "./target-pane.tsx";
import { TargetStrip } from "./target-strip.tsx";
import { UnderWay } from "./under-way.tsx";
import { type ArchiveView, archiveAddress } from "./view.ts";

/** The archives and how they stand, what is under way to them, and every segment in them; one of these whole beside the list. */
export function Archive() {
  const { view, change } = useAddressView(archiveAddress);
  const { overview, isFailed, heardEpochMs } = useArchiveOverview();
  const { state, site, target, text } = view;
  const list = useSegments({ state, site, target, text: text.trim() || null });
  const textField = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  // Ages grow though nothing comes.
  useNow(1_000);
  const ids = list.items.map(({ id }) => id);
  const cursor = useCursor(ids, partOf(view.open, "segment"));
  const openSegment = (id: string | null) => change({ open: id === null ? null : `segment/${id}` });
  const moveTo = (index: number) => {
    const id = cursor.moveTo(index);
    if (partOf(view.open, "segment") !== null && id !== null) openSegment(id);
  };
  useListKeys(
    strings.archive,
    "segment",
    {
      move: (by) => moveTo(cursor.index + by),
      open: () => openSegment(ids[cursor.index] ?? null),
      close: () => change({ open: null }),
    },
    [{ keys: ["/"], does: strings.filterByAddress, run: () => textField.current?.focus() }],
  );
  const isOld = isFailed || list.isFailed;
  return (
    <div data-stale={isOld} className="flex flex-1 flex-col">
      <Head onAsk={setAsked} />
      {isOld && (overview !== undefined || list.items.length > 0) ? (
        <Unread what={strings.archive2} heardEpochMs={Math.min(heardEpochMs, list.heardEpochMs)} />
      ) : null}
      <TargetStrip
        {...{ overview, isFailed }}
        open={partOf(view.open, "archive")}
        onOpen={(name) => change({ open: `archive/${name}` })}
      />
      <UnderWay onRetry={(segment) => setAsked({ act: "retry", segment })} />
      <AskedList />
      <WithSidePane
        name={strings.whatIsOpen}
        list={
          <Card aria-label={strings.listOfSegments} className="flex min-h-0 flex-col overflow-hidden">
            <FilterBar
              {...{ view, textField }}
              sites={overview?.sites ?? []}
              targets={overview?.targets.map(({ name }) => name) ?? []}
              onChange={change}
            />
            {list.items.length > 0 ? (
              <SegmentList
                segments={list.items}
                cursor={cursor.index}
                onMove={moveTo}
                onOpen={openSegment}
                onEnd={list.hasMore ? list.loadMore : undefined}
              />
            ) : (
              <NoList
                what={strings.segments}
                list={list}
                isNarrowed={isNarrowed(view)}
                onEnd={list.loadMore}
                empty={<NothingArchived />}
              />
            )}
          </Card>
        }
        pane={
          view.open === null ? null : (
            <Pane {...{ view, overview }} onAsk={setAsked} onClose={() => change({ open: null })} />
          )
        }
      />
      <ActDialogs asked={asked} onClose={() => setAsked(null)} />
    </div>
  );
}

const isNarrowed = ({ state, site, target, text }: ArchiveView): boolean =>
  state !== "all" || site !== null || target !== null || text.trim() !== "";

/** The name of what is open where it is of that kind. */
function partOf(open: string | null, kind: "segment" | "archive"): string | null {
  return open?.startsWith(`${kind}/`) === true ? open.slice(kind.length + 1) : null;
}

function Pane({
  view,
  overview,
  onAsk,
  onClose,
}: {
  view: ArchiveView;
  overview: ReturnType<typeof useArchiveOverview>["overview"];
  onAsk: (asked: Asked) => void;
  onClose: () => void;
}) {
  const [segment, archive] = [partOf(view.open, "segment"), partOf(view.open, "archive")];
  if (segment !== null)
    return <SegmentPane id={segment} onClose={onClose} acts={<SegmentActs id={segment} onAsk={onAsk} />} />;
  if (archive === null) return null;
  const target =
    overview === undefined ? undefined : (overview.targets.find(({ name }) => name === archive) ?? null);
  return (
    <TargetPane
      name={archive}
      {...{ target, onClose }}
      acts={target == null ? undefined : <TargetActs name={archive} onAsk={onAsk} />}
    />
  );
}

function NothingArchived() {
  return <EmptyFrame title={strings.nothingIsArchivedYet}>{strings.aSegmentStandsHereOnce}</EmptyFrame>;
}

function Head({ onAsk }: { onAsk: (asked: Asked) => void }) {
  const mayOperate = useMayOperate();
  return (
    <div className="mb-2 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.segmentsArchive}</h1>
      {mayOperate ? (
        <Button kind="outline" onClick={() => onAsk({ act: "restore", segment: null })}>
          {strings.previewRestore}
        </Button>
      ) : (
        <p className="text-sm text-ink-faint">{strings.verifyingAndTryingAgainNeed}</p>
      )}
    </div>
  );
}
