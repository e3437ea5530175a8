import { z } from "zod";
import { ackLevels, type Receipt, rejectReasons, type Verdict } from "../tap/index.ts";

/** Many times what a segment has: who can write to the buffer must not make its reader count for ever. */
const maxVerdicts = 100_000;

/** Verdicts that differ in their numbers alone: what was said, and `1-4,7` for the numbers 1 to 4 and 7. */
const groupSchema = z.strictObject({
  verdict: z.enum(["archived", "duplicate", "rejected"]),
  segment: z.string().optional(),
  reason: z.enum(rejectReasons).optional(),
  detail: z.string().optional(),
  seqs: z.string().regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/),
});

const formSchema = z.strictObject({
  epoch: z.int(),
  level: z.enum(ackLevels),
  atEpochMs: z.int(),
  groups: z
    .array(groupSchema)
    .refine((groups) => verdictsIn(groups) <= maxVerdicts, `a receipt has at most ${maxVerdicts} verdicts`),
});

type Group = z.infer<typeof groupSchema>;

/**
 * A receipt as the buffer keeps it. Most of a receipt's verdicts say the same of one number after the other: of a full
 * segment some 80 kB become some 200 bytes.
 */
export function packReceipt({ epoch, level, atEpochMs, verdicts }: Receipt): string {
  const groups = new Map<string, { group: Omit<Group, "seqs">; runs: [number, number][] }>();
  for (const { seq, ...said } of verdicts) {
    const group = { ...said, segment: "segment" in said ? (said.segment ?? undefined) : undefined };
    const key = JSON.stringify(group);
    let known = groups.get(key);
    if (known === undefined) {
      known = { group, runs: [] };
      groups.set(key, known);
    }
    const run = known.runs.at(-1);
    if (run !== undefined && seq === run[1] + 1) run[1] = seq;
    else known.runs.push([seq, seq]);
  }
  const text = (runs: readonly [number, number][]): string =>
    runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  const packed = [...groups.values()].map(({ group, runs }) => ({ ...group, seqs: text(runs) }));
  return JSON.stringify({ epoch, level, atEpochMs, groups: packed });
}

/**
 * The receipt again; verdicts that say the same stand together, in their order.
 * @throws ZodError where the text is no packed receipt
 */
export function unpackReceipt(text: string): Receipt {
  const { groups, ...rest } = formSchema.parse(JSON.parse(text));
  return { ...rest, verdicts: groups.flatMap(verdictsOf) };
}

function verdictsIn(groups: readonly Group[]): number {
  let verdicts = 0;
  for (const { seqs } of groups)
    for (const [first, last] of runsOf(seqs)) verdicts += Math.max(0, last - first + 1);
  return verdicts;
}

function runsOf(seqs: string): [number, number][] {
  return seqs.split(",").map((run) => {
    const [first = 0, last = first] = run.split("-").map(Number);
    return [first, last];
  });
}

function verdictsOf({ verdict, segment, reason, detail, seqs }: Group): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [first, last] of runsOf(seqs)) {
    for (let seq = first; seq <= last; seq++) {
      if (verdict === "archived") verdicts.push({ seq, verdict, segment: segment ?? "" });
      else if (verdict === "duplicate") verdicts.push({ seq, verdict, segment: segment ?? null });
      else verdicts.push({ seq, verdict, reason: reason ?? "schema", detail: detail ?? "" });
    }
  }
  return verdicts;
}
