/** Narrows a list to one of some values; left out where there is no choice. */
export function FilterSelect({
  name,
  all,
  values,
  value,
  onValue,
}: {
  name: string;
  /** What is said where it is not narrowed. */
  all: string;
  values: readonly string[];
  value: string | null;
  onValue: (value: string | null) => void;
}) {
  if (values.length < 2 && value === null) return null;
  return (
    <select
      aria-label={name}
      value={value ?? ""}
      onChange={(event) => onValue(event.target.value || null)}
      className="h-8 max-w-40 rounded-md border border-line-strong bg-surface px-2 text-sm"
    >
      <option value="">{all}</option>
      {[...new Set([...values, ...(value === null ? [] : [value])])].map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}
