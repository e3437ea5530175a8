import type { RefObject } from "react";

/** Narrows a list by what is typed; Enter and Escape give the keys back to the page. */
export function SearchField({
  name,
  hint,
  value,
  field,
  most = 100,
  onValue,
}: {
  name: string;
  /** Stands in the empty field, with the key that leads to it. */
  hint: string;
  value: string;
  field: RefObject<HTMLInputElement | null>;
  /** So many characters at most. */
  most?: number;
  onValue: (value: string) => void;
}) {
  return (
    <input
      ref={field}
      type="search"
      aria-label={name}
      placeholder={hint}
      value={value}
      maxLength={most}
      onChange={(event) => onValue(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
      }}
      className="h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-faint"
    />
  );
}
