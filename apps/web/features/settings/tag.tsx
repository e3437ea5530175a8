/** Something that is so of a person, an invitation or a token, beside its name. */
export function Tag({ children }: { children: string }) {
  return (
    <span className="ml-2 rounded border border-line-strong px-1.5 py-px text-xs font-normal text-ink-soft">
      {children}
    </span>
  );
}
