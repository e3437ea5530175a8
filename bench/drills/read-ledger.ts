import { readFile } from "node:fs/promises";
import { z } from "zod";

const expectedSchema = z.discriminatedUnion("verdict", [
  z.object({ verdict: z.enum(["archived", "duplicate"]) }),
  z.object({ verdict: z.literal("rejected"), reason: z.string().nullable() }),
]);

/** Lines of the ledger that simulated readers write; what they mean stands beside their writer in the agent. */
const lineSchema = z.discriminatedUnion("line", [
  z.object({
    line: z.literal("offered"),
    offer: z.number(),
    sha256: z.string(),
    place: z.string().nullable(),
    expected: expectedSchema,
  }),
  z.object({ line: z.literal("kept"), offer: z.number(), seq: z.number() }),
  z.object({ line: z.literal("failed") }),
  z.object({ line: z.literal("lost"), place: z.string() }),
]);

/** A packet that simulated readers handed to the agent; `seq` is its number once the agent had it durably. */
export type Handed = {
  readonly sha256: string;
  /** Null where it is refused whatever came before it. */
  readonly place: string | null;
  readonly expected: z.infer<typeof expectedSchema>;
  seq: number | null;
};

export type Ledger = {
  /** In the order in which they were handed over. */
  readonly handed: readonly Handed[];
  /** Tags that gave no tap. */
  readonly failures: number;
  /** Numbers of trackers that stay holes. */
  readonly lost: ReadonlySet<string>;
};

/** Reads a ledger file. Offers are counted anew in each run of the agent. */
export async function readLedger(path: string): Promise<Ledger> {
  const handed: Handed[] = [];
  const lost = new Set<string>();
  let failures = 0;
  let offers = new Map<number, Handed>();
  for (const text of (await readFile(path, "utf8")).trimEnd().split("\n")) {
    const line = lineSchema.parse(JSON.parse(text));
    if (line.line === "offered") {
      if (line.offer === 1) offers = new Map();
      const packet: Handed = { sha256: line.sha256, place: line.place, expected: line.expected, seq: null };
      offers.set(line.offer, packet);
      handed.push(packet);
    } else if (line.line === "kept") {
      const packet = offers.get(line.offer);
      if (packet !== undefined) packet.seq = line.seq;
    } else if (line.line === "failed") failures++;
    else lost.add(line.place);
  }
  return { handed, failures, lost };
}
