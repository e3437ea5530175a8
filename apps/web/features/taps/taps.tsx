"use client";

import { useMemo, useRef } from "react";
import { formatSpan } from "../../client/format.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useCursor } from "../../client/use-cursor.ts";
import { useListKeys } from "../../client/use-list-keys.ts";
import { useNow } from "../../client/use-now.ts";
import { type Taps as Listed, useTaps } from "../../client/use-taps.ts";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/taps/taps.ts";
import { Card } from "../../ui/card.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { Notice } from "../../ui/notice.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { EmptyList, UnreadList } from "./list-states.tsx";
import { SearchBar } from "./search-bar.tsx";
import { TapList } from "./tap-list.tsx";
import { TapPane } from "./tap-pane.tsx";
import { nameOfRow, tapsAddress } from "./view.ts";

/** Taps, the newest first, and one of them from its reader to the archive. */
export function Taps() {
  const { view, change } = useAddressView(tapsAddress);
  const sites = useSites();
  const taps = useTaps(view.of);
  const textField = useRef<HTMLInputElement>(null);
  const rows = useMemo(
    () => taps.rows.map((row) => ({ name: nameOfRow(row, taps.of === "tracker"), taps: row })),
    [taps.rows, taps.of],
  );
  const cursor = useCursor(
    rows.map(({ name }) => name),
    view.open,
  );
  const moveTo = (index: number) => {
    const name = cursor.moveTo(index);
    if (view.open !== null && name !== null) change({ open: name });
  };
  useListKeys(
    strings.taps,
    "tap",
    {
      move: (by) => moveTo(cursor.index + by),
      open: () => change({ open: rows[cursor.index]?.name ?? null }),
      close: () => change({ open: null }),
    },
    [{ keys: ["/"], does: strings.findATap, run: () => textField.current?.focus() }],
  );
  return (
    <div data-stale={taps.isFailed} className="flex flex-1 flex-col">
      <h1 className="mb-3 min-h-9 text-lg leading-9 font-semibold tracking-tight">{strings.taps}</h1>
      {taps.isFailed && rows.length > 0 ? <Unread heardEpochMs={taps.heardEpochMs} /> : null}
      <WithSidePane
        name={strings.theOpenTap}
        list={
          <Card aria-label={strings.listOfTaps} className="flex min-h-0 flex-col overflow-hidden">
            <SearchBar of={view.of} textField={textField} onChange={change} />
            {sites === null ? null : (
              <p className="border-b border-line px-3 py-2 text-xs text-ink-faint">
                {strings.whatIsOfOtherSitesIsNotTold({ sites: sites.join(", ") || strings.noSite })}
              </p>
            )}
            {rows.length > 0 ? (
              <TapList
                {...{ rows, cursor: cursor.index, hasMore: taps.hasMore, onMore: taps.loadMore }}
                onMove={moveTo}
                onOpen={(open) => change({ open })}
              />
            ) : (
              <Nothing taps={taps} word={view.of} isOfSites={sites !== null} />
            )}
          </Card>
        }
        pane={
          view.open === null ? null : (
            <TapPane key={view.open} name={view.open} onClose={() => change({ open: null })} />
          )
        }
      />
    </div>
  );
}

function Nothing({ taps, word, isOfSites }: { taps: Listed; word: string; isOfSites: boolean }) {
  if (taps.isFailed) return <UnreadList />;
  return taps.of === undefined ? (
    <ListSkeleton of={strings.tapsName} />
  ) : (
    <EmptyList of={taps.of} word={word} isOfSites={isOfSites} />
  );
}

function Unread({ heardEpochMs }: { heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title={strings.theTapsCouldNotBe}>
        {strings.whatIsShownIsWhat({ span: formatSpan(nowEpochMs - heardEpochMs) })}
      </Notice>
    </div>
  );
}
