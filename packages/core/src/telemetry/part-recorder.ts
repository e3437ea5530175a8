import { Histogram } from "./histogram.ts";
import {
  type AgentCounter,
  type AgentHistogram,
  type ArchiveCounter,
  type DeltaParts,
  maxPartsPerList,
  nameFits,
  type ReaderCounter,
  readerNameFits,
} from "./parts.ts";

type Reader = { readonly agent: string; readonly reader: string; count: number };
type Lists<Name, Entry> = Map<Name, Map<string, Entry>>;

/** Gathers whose the counts of one process are, within the bounds of a delta; what has a longer name is counted in the whole alone. */
export class PartRecorder {
  readonly #readers: Lists<ReaderCounter, Reader> = new Map();
  readonly #agents: Lists<AgentCounter, { count: number }> = new Map();
  readonly #archives: Lists<ArchiveCounter, { count: number }> = new Map();
  readonly #times: Lists<AgentHistogram, Histogram> = new Map();
  #isFull = false;

  /** Whether a list has as many entries as it may: what belongs to others is left out until it was taken. */
  get isFull(): boolean {
    return this.#isFull;
  }

  ofReader(name: ReaderCounter, agent: string, reader: string, by: number): void {
    if (!nameFits(agent) || !readerNameFits(reader)) return;
    const entry = this.#entry(this.#readers, name, `${agent}\0${reader}`, () => ({
      agent,
      reader,
      count: 0,
    }));
    if (entry !== null) entry.count += by;
  }

  ofAgent(name: AgentCounter, agent: string, by: number): void {
    if (!nameFits(agent)) return;
    const entry = this.#entry(this.#agents, name, agent, zero);
    if (entry !== null) entry.count += by;
  }

  ofArchive(name: ArchiveCounter, archive: string, by: number): void {
    if (!nameFits(archive)) return;
    const entry = this.#entry(this.#archives, name, archive, zero);
    if (entry !== null) entry.count += by;
  }

  timeOfAgent(name: AgentHistogram, agent: string, milliseconds: number, times: number): void {
    if (!nameFits(agent)) return;
    this.#entry(this.#times, name, agent, () => new Histogram())?.record(milliseconds, times);
  }

  /** All that was gathered since the last call; null where that is nothing. */
  take(): DeltaParts | null {
    const size = this.#readers.size + this.#agents.size + this.#archives.size + this.#times.size;
    if (size === 0) return null;
    const parts: DeltaParts = {
      readers: lists(this.#readers, (_, { agent, reader, count }) => [agent, reader, count]),
      agents: lists(this.#agents, (agent, { count }) => [agent, count]),
      archives: lists(this.#archives, (archive, { count }) => [archive, count]),
      agentTimes: lists(this.#times, (agent, histogram) => [agent, histogram.data()]),
    };
    for (const gathered of [this.#readers, this.#agents, this.#archives, this.#times]) gathered.clear();
    this.#isFull = false;
    return parts;
  }

  #entry<Name, Entry>(all: Lists<Name, Entry>, name: Name, key: string, make: () => Entry): Entry | null {
    let list = all.get(name);
    if (list === undefined) {
      list = new Map();
      all.set(name, list);
    }
    let entry = list.get(key);
    if (entry === undefined) {
      if (list.size >= maxPartsPerList) return null;
      entry = make();
      list.set(key, entry);
      if (list.size >= maxPartsPerList) this.#isFull = true;
    }
    return entry;
  }
}

const zero = () => ({ count: 0 });

function lists<Name extends string, Entry, Row>(
  all: Lists<Name, Entry>,
  row: (key: string, entry: Entry) => Row,
): Partial<Record<Name, Row[]>> {
  const rows = [...all].map(
    ([name, list]) => [name, [...list].map(([key, entry]) => row(key, entry))] as const,
  );
  return Object.fromEntries(rows) as Partial<Record<Name, Row[]>>;
}
