import { type SegmentStage, segmentStages } from "../buffer/index.ts";
import {
  Histogram,
  type HistogramName,
  type ServiceHealth,
  type ServicesReport,
  type TelemetryDelta,
} from "../telemetry/index.ts";
import type { ServiceReadings } from "./readings.ts";

/** Arrivals are a mean over so long, ms: short enough to see a burst, long enough not to see each batch. */
const arrivalsOverMs = 15_000;
/** What a unit takes is a mean over so long, ms. */
const workOverMs = 60_000;
/** Where nobody is heard for longer telemetry is out, and what came meanwhile is not known, ms. */
const outAfterMs = 6_000;
/** A door that is first heard loads, and compiles what taps run through, for so long at least, ms: no tap costs that. */
const warmUpMs = 10_000;

const timings: Readonly<Record<SegmentStage, HistogramName>> = {
  validation: "segment.validation_ms",
  encryption: "segment.encryption_ms",
  transfer: "segment.transfer_ms",
};

/** What the stores alone know, at one moment. */
export type StoreReadings = {
  readonly waiting: Readonly<Record<SegmentStage, number>>;
  /** Of all taps that have not ended; null where there is none. */
  readonly oldestAtEpochMs: number | null;
};

/** Who else is asked than telemetry; null where there was no answer. */
export type LoadEvidence = {
  readonly services: ServicesReport | null;
  readonly stores: StoreReadings | null;
};

type Heard = {
  readonly atEpochMs: number;
  readonly taps: number;
  readonly ended: number;
  readonly segments: number;
  readonly busyMs: Readonly<Record<SegmentStage, number>>;
  readonly done: Readonly<Record<SegmentStage, number>>;
  /** null where this is of no door. */
  readonly door: DoorWork | null;
};

/** `cpuMs`: what it kept the CPU busy since its last sign of life; null where this is none. */
type DoorWork = { readonly taps: number; readonly cpuMs: number | null; readonly isWarm: boolean };

type Door = { readonly firstAtEpochMs: number; lastAtEpochMs: number; isWarm: boolean };

type Work = { readonly tapsPerUnit: number; readonly serviceMs: number };

/** What is known of each service's load, out of telemetry, the table of services and the stores. Pure: the clock is handed in. */
export class LoadBoard {
  #heard: Heard[] = [];
  #heardAtEpochMs = Number.NEGATIVE_INFINITY;
  #firstAtEpochMs = Number.POSITIVE_INFINITY;
  /** By the name of the process. */
  readonly #doors = new Map<string, Door>();
  /** Whether what a tap costs is known of a door that was warm. */
  #isDoorKnown = false;
  /** As it was last known: services do not get faster by having nothing to do. */
  readonly #work = new Map<string, Work>();

  hear(delta: TelemetryDelta, atEpochMs: number): void {
    this.#heardAtEpochMs = Math.max(this.#heardAtEpochMs, atEpochMs);
    this.#firstAtEpochMs = Math.min(this.#firstAtEpochMs, atEpochMs);
    const { counters, histograms } = delta;
    const of = (name: keyof typeof counters): number => counters[name] ?? 0;
    const busyMs = { validation: 0, encryption: 0, transfer: 0 };
    const done = { validation: 0, encryption: 0, transfer: 0 };
    for (const stage of segmentStages) {
      const data = histograms[timings[stage]];
      if (data === undefined) continue;
      for (const { value, count } of Histogram.from(data).values()) {
        busyMs[stage] += value * count;
        done[stage] += count;
      }
    }
    this.#heard.push({
      ...{ atEpochMs, taps: of("tap.ingested"), segments: of("segment.archived"), busyMs, done },
      door: this.#hearDoor(delta, atEpochMs),
      ended: of("tap.archived") + of("tap.duplicate") + of("tap.rejected"),
    });
  }

  /** @returns what says how much a tap costs; null where this is of no door */
  #hearDoor({ instance, sign, counters }: TelemetryDelta, atEpochMs: number): DoorWork | null {
    const load = sign?.roles.includes("ingest") === true ? sign.load : undefined;
    const taps = counters["tap.ingested"] ?? 0;
    if (load === undefined && taps === 0) return null;
    const door = this.#doors.get(instance) ?? { firstAtEpochMs: atEpochMs, lastAtEpochMs: 0, isWarm: false };
    this.#doors.set(instance, door);
    door.lastAtEpochMs = atEpochMs;
    const { isWarm } = door;
    // This sign tells of the time before it, and the next one of what comes from now on.
    door.isWarm ||= load !== undefined && atEpochMs - door.firstAtEpochMs >= warmUpMs;
    return { taps, cpuMs: load === undefined ? null : load.cpuRatio * load.spanMs, isWarm };
  }

  /** Taps that the door took each second, lately; null where no door is heard of. */
  tapsPerSecond({ services }: LoadEvidence, nowEpochMs: number): number | null {
    if (services === null || rowsOf(services, "ingest").length === 0) return null;
    const spanMs = Math.min(arrivalsOverMs, Math.max(1_000, nowEpochMs - this.#firstAtEpochMs));
    return (this.#sum(nowEpochMs - spanMs, ({ taps }) => taps) * 1_000) / spanMs;
  }

  /** Units that arrived each second over the last minute, what was heard in it being all of it; null where that is not known. */
  cameLastMinute(service: string, { services }: LoadEvidence, nowEpochMs: number): number | null {
    if (services === null || rowsOf(services, "ingest").length === 0 || this.#wasOut(nowEpochMs)) return null;
    const taps = this.#sum(nowEpochMs - workOverMs, (heard) => heard.taps);
    const tapsPerUnit = taps === 0 ? 1 : this.tapsPerUnit(service);
    return tapsPerUnit === null ? null : (taps * 1_000) / workOverMs / tapsPerUnit;
  }

  /** Taps in a unit of the service's work; null where the service does not work on taps. */
  tapsPerUnit(service: string): number | null {
    return service === "ingest" ? 1 : (this.#work.get(service)?.tapsPerUnit ?? null);
  }

  read(service: string, evidence: LoadEvidence, nowEpochMs: number): ServiceReadings {
    this.#heard = this.#heard.filter(({ atEpochMs }) => nowEpochMs - atEpochMs <= workOverMs);
    for (const [instance, { lastAtEpochMs }] of this.#doors)
      if (nowEpochMs - lastAtEpochMs > workOverMs) this.#doors.delete(instance);
    const { services } = evidence;
    const rows = services === null ? null : rowsOf(services, service);
    const told = {
      // Where nobody tells anything, the last that was told grows old. An old table of services is none, as its keeper sees to.
      atEpochMs: Math.max(0, this.#heardAtEpochMs),
      replicas: rows?.length ?? null,
      p99Ms: highest(rows ?? [], ({ p99Ms }) => p99Ms),
      cpuRatio: mean((rows ?? []).flatMap(({ cpuRatio }) => cpuRatio ?? [])),
    };
    const stage = segmentStages.find((one) => one === service);
    if (stage !== undefined) return { ...told, ...this.#readStage(stage, evidence, nowEpochMs) };
    const none = { queued: null, oldestAgeMs: null };
    if (service === "ingest") return { ...told, ...none, ...this.#readDoor(evidence, nowEpochMs) };
    return { ...told, ...none, ...readServer(rows ?? []) };
  }

  #readDoor(evidence: LoadEvidence, nowEpochMs: number) {
    const all = this.#heard.flatMap(({ door }) => door ?? []);
    const warm = all.filter(({ isWarm }) => isWarm);
    this.#isDoorKnown ||= sum(warm, ({ taps }) => taps) >= leastTaps;
    // Where nothing else is known yet, what a door says that has just begun is better than nothing.
    const doors = this.#isDoorKnown ? warm : all;
    // Taps behind the last sign of life are not in what it says of the CPU.
    const signed = doors.slice(0, doors.findLastIndex(({ cpuMs }) => cpuMs !== null) + 1);
    const taps = sum(signed, (door) => door.taps);
    // Little's law: what keeps so much of a core busy, by what arrives. At rest it is the process itself that keeps it busy.
    if (taps >= leastTaps) {
      const cpuMs = sum(signed, (door) => door.cpuMs ?? 0);
      this.#work.set("ingest", { tapsPerUnit: 1, serviceMs: Math.min(doorTapMs, cpuMs / taps) });
    }
    return {
      arrivalsPerSecond: this.tapsPerSecond(evidence, nowEpochMs),
      serviceMs: this.#work.get("ingest")?.serviceMs ?? null,
    };
  }

  #readStage(stage: SegmentStage, evidence: LoadEvidence, nowEpochMs: number) {
    const fromEpochMs = nowEpochMs - workOverMs;
    const [done, busyMs] = [
      this.#sum(fromEpochMs, (heard) => heard.done[stage]),
      this.#sum(fromEpochMs, (heard) => heard.busyMs[stage]),
    ];
    const [ended, segments] = [
      this.#sum(fromEpochMs, (heard) => heard.ended),
      this.#sum(fromEpochMs, (heard) => heard.segments),
    ];
    if (done > 0 && segments > 0 && ended > 0)
      this.#work.set(stage, { tapsPerUnit: ended / segments, serviceMs: busyMs / done });
    const taps = this.tapsPerSecond(evidence, nowEpochMs);
    const work = this.#work.get(stage);
    const { stores } = evidence;
    return {
      arrivalsPerSecond:
        taps === null || (work === undefined && taps > 0) ? null : taps / (work?.tapsPerUnit ?? 1),
      serviceMs: work?.serviceMs ?? null,
      queued: stores?.waiting[stage] ?? null,
      oldestAgeMs:
        stores === null || stores.oldestAtEpochMs === null
          ? null
          : Math.max(0, nowEpochMs - stores.oldestAtEpochMs),
    };
  }

  /** Whether nobody was heard for a while within the last minute. */
  #wasOut(nowEpochMs: number): boolean {
    let heardAt = nowEpochMs - workOverMs;
    for (const { atEpochMs } of this.#heard) {
      if (atEpochMs - heardAt > outAfterMs) return true;
      heardAt = Math.max(heardAt, atEpochMs);
    }
    return nowEpochMs - heardAt > outAfterMs;
  }

  #sum(fromEpochMs: number, of: (heard: Heard) => number): number {
    return this.#heard.reduce(
      (total, heard) => (heard.atEpochMs > fromEpochMs ? total + of(heard) : total),
      0,
    );
  }
}

/** More than a tap ever costs the door, ms: of a process that has more roles its share of the CPU says too much. */
const doorTapMs = 5;
/** Of fewer taps within the time over which work is measured nothing is concluded. */
const leastTaps = 60;

/** A server of requests: by what it answered within the last minute. */
function readServer(rows: readonly ServiceHealth[]) {
  const perSecond = rows.length === 0 ? null : sum(rows, ({ requestsPerSecond }) => requestsPerSecond ?? 0);
  if (perSecond === null || perSecond < 0.1) return { arrivalsPerSecond: perSecond, serviceMs: null };
  const cpuMs = (sum(rows, ({ cpuRatio }) => cpuRatio ?? 0) * 1_000) / perSecond;
  return {
    arrivalsPerSecond: perSecond,
    // No answer takes the CPU for longer than it takes.
    serviceMs: Math.min(cpuMs, highest(rows, ({ p50Ms }) => p50Ms) ?? cpuMs),
  };
}

function rowsOf({ services }: ServicesReport, role: string): ServiceHealth[] {
  return services.filter(({ roles, isSilent }) => !isSilent && roles.includes(role));
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values, (value) => value) / values.length;
}

function highest<Item>(items: readonly Item[], of: (item: Item) => number | null): number | null {
  const known = items.flatMap((item) => of(item) ?? []);
  return known.length === 0 ? null : Math.max(...known);
}
