import * as strings from "../strings/generated/ui/change-list.ts";

/** What an act would change, line by line. */
export function ChangeList({
  changes,
}: {
  /** `undefined`: not known yet. */
  changes: readonly string[] | undefined;
}) {
  if (changes === undefined)
    return <p className="mt-2 text-sm text-ink-soft">{strings.whatChangesIsBeingLooked}</p>;
  if (changes.length === 0) return <p className="mt-2 text-sm text-ink-soft">{strings.nothingChanges}</p>;
  return (
    <ul
      aria-label={strings.whatChanges}
      className="mt-2 max-h-48 space-y-1 overflow-y-auto font-mono text-xs"
    >
      {changes.map((line) => (
        <li key={line} className="[overflow-wrap:anywhere]">
          {line}
        </li>
      ))}
    </ul>
  );
}
