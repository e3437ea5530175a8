import { formatBytes, formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { SegmentView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/segment-list.ts";
import { cn } from "../../ui/cn.ts";
import { OptionList } from "../../ui/option-list.tsx";
import { ago, segmentStanding } from "./archive-words.ts";

const columns = cn(
  "grid-cols-[1.25rem_minmax(0,1fr)_5rem]",
  "@2xl:grid-cols-[1.25rem_minmax(0,1.3fr)_minmax(0,1fr)_4rem_7.5rem]",
  "@5xl:grid-cols-[1.25rem_minmax(0,1.3fr)_minmax(0,1fr)_minmax(0,8rem)_4rem_5rem_7.5rem]",
);
const middle = "@max-2xl:hidden";
const wide = "@max-5xl:hidden";
const right = "figure min-w-0 truncate text-right text-xs text-ink-soft";

/** Segments, newest first. */
export function SegmentList({
  segments,
  cursor,
  onMove,
  onOpen,
  onEnd,
}: {
  segments: readonly SegmentView[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
  onEnd: (() => void) | undefined;
}) {
  const nowEpochMs = serverNow();
  return (
    <OptionList
      name={strings.segments}
      ids={segments.map(({ id }) => id)}
      {...{ cursor, onMove, onOpen, onEnd, columns }}
      head={
        <>
          <span />
          <span>{strings.object}</span>
          <span className={middle}>{strings.whereItLies}</span>
          <span className={wide}>{strings.sites}</span>
          <span className="text-right">{strings.taps}</span>
          <span className={cn("text-right", wide)}>{strings.size}</span>
          <span className={cn("text-right", middle)}>{strings.archived}</span>
        </>
      }
    >
      {(index) => {
        const segment = segments[index];
        return segment === undefined ? null : <Cells segment={segment} nowEpochMs={nowEpochMs} />;
      }}
    </OptionList>
  );
}

function Cells({ segment, nowEpochMs }: { segment: SegmentView; nowEpochMs: number }) {
  const { objectPath, taps, objectBytes, sites, archivedAtEpochMs, expiredAtEpochMs } = segment;
  const { words, isCalling } = segmentStanding(segment, nowEpochMs);
  const [file = ""] = objectPath.split("/").slice(-1);
  return (
    <>
      <span aria-hidden className={cn("text-sm", isCalling ? "text-warning" : "text-ink-faint")}>
        {isCalling ? "▲" : expiredAtEpochMs === null ? "·" : "×"}
      </span>
      <div className="min-w-0">
        <p className="figure truncate text-xs text-ink">
          {file.replace(/^segment-|\.ndjson\.gz\.p7m$/g, "")}
        </p>
        <p className="truncate text-xs text-ink-faint">
          {objectPath.slice(0, objectPath.length - file.length - 1)}
          <span aria-hidden className={cn("@2xl:hidden", isCalling && "text-warning")}>
            {" "}
            · {words}
          </span>
        </p>
      </div>
      <p
        className={cn("truncate text-sm", middle, isCalling ? "font-medium text-warning" : "text-ink-faint")}
      >
        {words}
      </p>
      <p className={cn("truncate text-xs text-ink-faint", wide)}>
        <span className="sr-only">{strings.sites2} </span>
        {sites.join(", ")}
      </p>
      <p className={right}>
        <span className="sr-only">{strings.taps2} </span>
        {formatCount(taps)}
      </p>
      <p className={cn(right, wide)}>
        <span className="sr-only">{strings.size2} </span>
        {formatBytes(objectBytes)}
      </p>
      <p className={cn(right, middle)}>
        <span className="sr-only">{strings.archived2} </span>
        {ago(archivedAtEpochMs, nowEpochMs)}
      </p>
    </>
  );
}
