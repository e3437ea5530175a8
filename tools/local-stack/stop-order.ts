/** The parts that run, in the order in which they end: who sends before who receives. */
export const stopOrder = [
  ["agent", "web"],
  ["workers"],
  ["archive", "witness"],
  ["redis", "postgres"],
] as const;

export type PartName = (typeof stopOrder)[number][number];

/** How long each group may take, ms: together less than the 5 s that Ctrl-C may last. */
const graceMs = [1_200, 1_600, 500, 1_200] as const;

/** Something that can be ended within a time. */
export type Endable = Readonly<{ stop: (graceMs: number) => Promise<void> }>;

/** Ends all parts, group after group; a part that does not end in its time is killed. */
export async function stopParts(parts: ReadonlyMap<PartName, Endable>): Promise<void> {
  for (const [index, group] of stopOrder.entries())
    await Promise.all(group.map((name) => parts.get(name)?.stop(graceMs[index] ?? 500)));
}
