/** A change that somebody could make by taking a line away: a field or an item of a list, with all that hangs on it. */
export type Mutant = Readonly<{ way: readonly (string | number)[]; changed: unknown }>;

/** All of them, of one object. */
export function mutantsOf(value: unknown, way: readonly (string | number)[] = []): Mutant[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => [
      { way: [...way, index], changed: value.filter((_, at) => at !== index) },
      ...mutantsOf(item, [...way, index]).map((mutant) => ({
        ...mutant,
        changed: value.map((one: unknown, at) => (at === index ? mutant.changed : one)),
      })),
    ]);
  return Object.entries(value).flatMap(([name, item]) => {
    const { [name]: _, ...rest } = value as Record<string, unknown>;
    return [
      { way: [...way, name], changed: rest },
      ...mutantsOf(item, [...way, name]).map((mutant) => ({
        ...mutant,
        changed: { ...value, [name]: mutant.changed },
      })),
    ];
  });
}

/** A change that somebody could make by weakening a line: another value in the place of a single one. */
export function weakened(value: unknown, way: readonly (string | number)[] = []): Mutant[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) =>
      weakened(item, [...way, index]).map((mutant) => ({
        ...mutant,
        changed: value.map((one: unknown, at) => (at === index ? mutant.changed : one)),
      })),
    );
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, item]) =>
      weakened(item, [...way, name]).map((mutant) => ({
        ...mutant,
        changed: { ...value, [name]: mutant.changed },
      })),
    );
  return othersOf(value).map((changed) => ({ way, changed }));
}

/** The other truth; nothing and far too much of a number; another word. */
function othersOf(value: unknown): unknown[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [0, value * 1_000].filter((other) => other !== value);
  return typeof value === "string" ? [`another-${value}`] : [];
}
