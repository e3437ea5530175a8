import { readFile } from "node:fs/promises";

/** A packet that simulated readers handed to the agent; `seq` is its number once the agent had it durably. */
export type Handed = { readonly sha256: string; readonly place: string | null; seq: number | null };

type Line =
  | { line: "offered"; offer: number; sha256: string; place: string | null }
  | { line: "kept"; offer: number; seq: number }
  | { line: "failed" | "lost" };

/** What the readers' ledger says was handed over, in order. Offers are counted anew in each run of the agent. */
export async function readLedger(path: string): Promise<Handed[]> {
  const handed: Handed[] = [];
  let offers = new Map<number, Handed>();
  for (const text of (await readFile(path, "utf8")).trimEnd().split("\n")) {
    const line = JSON.parse(text) as Line;
    if (line.line === "offered") {
      if (line.offer === 1) offers = new Map();
      const packet: Handed = { sha256: line.sha256, place: line.place, seq: null };
      offers.set(line.offer, packet);
      handed.push(packet);
    } else if (line.line === "kept") {
      const packet = offers.get(line.offer);
      if (packet !== undefined) packet.seq = line.seq;
    }
  }
  return handed;
}
