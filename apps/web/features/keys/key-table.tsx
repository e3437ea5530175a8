import { serverNow } from "../../client/server-clock.ts";
import type { KeysView, KeyView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/key-table.ts";
import { cn } from "../../ui/cn.ts";
import {
  dayOf,
  daysWords,
  isSoon,
  newObjectsOf,
  objects,
  roleNames,
  shareWords,
  stateNames,
} from "./key-words.ts";

const cell = "border-b border-line px-3 py-2 align-top text-sm";
const wide = "@max-4xl:hidden";

export interface KeyTableProps {
  keys: readonly KeyView[];
  view: KeysView;
  /** Place of the key that the ring points at. */
  cursor: number;
  onOpen: (key: KeyView) => void;
}

/** Who can open what: each key by new objects, by what it opens and by what only it opens. */
export function KeyTable({ keys, view, cursor, onOpen }: KeyTableProps) {
  return (
    <table aria-label={strings.keyRing} className="w-full border-collapse">
      <thead>
        <tr className="text-left text-xs font-medium text-ink-faint">
          <th scope="col" className="px-3 py-2 font-medium">
            {strings.key}
          </th>
          <th scope="col" className="px-3 py-2 font-medium">
            {strings.state}
          </th>
          <th scope="col" className={cn("px-3 py-2 font-medium", wide)}>
            {strings.newObjects}
          </th>
          <th scope="col" className={cn("px-3 py-2 font-medium", wide)}>
            {strings.opens}
          </th>
          <th scope="col" className="px-3 py-2 font-medium @max-lg:hidden">
            {strings.onlyItOpens}
          </th>
          <th scope="col" className={cn("px-3 py-2 font-medium", wide)}>
            {strings.until}
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key, index) => (
          <KeyRow key={key.certSha256} {...{ of: key, view, isAtCursor: index === cursor, onOpen }} />
        ))}
      </tbody>
    </table>
  );
}

function KeyRow({
  of: key,
  view,
  isAtCursor,
  onOpen,
}: {
  of: KeyView;
  view: KeysView;
  isAtCursor: boolean;
  onOpen: (key: KeyView) => void;
}) {
  const news = newObjectsOf(key, view.workers);
  const isEnding = key.state === "active" && isSoon(key.notAfterEpochMs, serverNow());
  return (
    <tr
      data-key={key.shortId}
      className={cn(isAtCursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised")}
    >
      <td className={cn(cell, "max-w-0 min-w-36 @2xl:w-2/5")}>
        <button
          type="button"
          onClick={() => onOpen(key)}
          className="block w-full truncate rounded-sm text-left font-medium text-ink"
        >
          {key.subject}
        </button>
        <span className="block truncate text-xs text-ink-faint">
          {roleNames[key.role]} · <span className="font-mono">{key.shortId}</span>
        </span>
      </td>
      <td className={cn(cell, "whitespace-nowrap text-ink-soft")}>
        {key.state === "revoked" ? <span aria-hidden>× </span> : null}
        {stateNames[key.state]}
      </td>
      <td className={cn(cell, wide, news.isWrong ? "font-medium text-warning" : "text-ink-soft")}>
        {news.isWrong ? <span aria-hidden>▲ </span> : null}
        {news.words}
      </td>
      <td className={cn(cell, wide, "figure text-ink-soft")}>
        {shareWords(key, view.archived)}
        {key.opens === null ? null : (
          <span className="block text-xs text-ink-faint">{strings.tapsTaps({ taps: key.opens.taps })}</span>
        )}
      </td>
      <td className={cn(cell, "figure text-ink-soft @max-lg:hidden")}>
        {key.only.segments === 0 ? (
          strings.nothing
        ) : (
          <>
            {objects(key.only.segments)}
            <span className="block text-xs text-ink-faint">{strings.tapsTaps({ taps: key.only.taps })}</span>
          </>
        )}
      </td>
      <td
        className={cn(
          cell,
          wide,
          "figure whitespace-nowrap",
          isEnding ? "font-medium text-warning" : "text-ink-soft",
        )}
      >
        {isEnding ? <span aria-hidden>▲ </span> : null}
        {dayOf(key.notAfterEpochMs)}
        <span className={cn("block text-xs", isEnding ? "text-warning" : "text-ink-faint")}>
          {daysWords(key.notAfterEpochMs, serverNow())}
        </span>
      </td>
    </tr>
  );
}
