import { readdir, readFile } from "node:fs/promises";
import { expect, vi } from "vitest";
import {
  type Pcscd,
  someTap,
  startPcscd,
  type2Card,
  type4Card,
  type VirtualCard,
  type VirtualReader,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import type { Readers } from "../reader.ts";
import type { PcscReadersOptions } from "./options.ts";
import { pcscReaders } from "./pcsc-readers.ts";
import { RememberingSink } from "./sink.fixture.ts";

/** Waits for a condition, long enough for a machine that is busy with other things. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 25_000, interval: 10 });
}

export function tagOf(tap: Buffer, kind: "type-2" | "type-4" = "type-4"): VirtualCard {
  return kind === "type-2" ? type2Card({ message: () => tap }) : type4Card({ message: () => tap });
}

/** A private pcscd with virtual readers, and the agent's readers at work on it. */
export class ReaderDesk {
  readonly sink = new RememberingSink();
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #daemon: Pcscd | null = null;
  #readers: Readers | null = null;

  get daemon(): Pcscd {
    if (this.#daemon === null) throw new Error("nothing is plugged in yet");
    return this.#daemon;
  }

  get readers(): Readers {
    if (this.#readers === null) throw new Error("nothing runs yet");
    return this.#readers;
  }

  get first(): VirtualReader {
    const [reader] = this.daemon.readers;
    if (reader === undefined) throw new Error("no reader is plugged in");
    return reader;
  }

  get lastTap(): Buffer | undefined {
    return this.sink.taps.at(-1)?.raw;
  }

  async plugIn(readers: number, friendlyName?: string): Promise<void> {
    this.#daemon = await startPcscd({ readers, ...(friendlyName === undefined ? {} : { friendlyName }) });
  }

  run(options: Partial<PcscReadersOptions> = {}): void {
    this.#readers = pcscReaders({ now: Date.now, socketPath: this.daemon.socketPath, ...options });
    this.#running = this.#readers.run(this.sink, this.#stop.signal);
  }

  /** Plugs readers in, runs, and waits until all of them are ready. */
  async begin(
    readers: number,
    options: Partial<PcscReadersOptions> = {},
    friendlyName?: string,
  ): Promise<void> {
    await this.plugIn(readers, friendlyName);
    this.run(options);
    await until(() => {
      for (const { name } of this.daemon.readers) expect(this.sink.at(name)?.condition).toBe("ready");
    });
  }

  /** Lays a good tag on the first reader and sees it read: what went before has healed. */
  async seeGoodTap(): Promise<void> {
    const tap = someTap(5);
    const card = await this.first.insert(tagOf(tap));
    await until(() => expect(this.lastTap).toEqual(tap));
    await card.remove();
  }

  /** Reader processes that this process started. */
  async childPids(): Promise<number[]> {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const isOurs = await Promise.all(
      pids.map(async (pid) => {
        const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
        const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        return status.includes(`\nPPid:\t${process.pid}\n`) && command.includes("readers/pcsc/child-main.ts");
      }),
    );
    return pids.filter((_, index) => isOurs[index]).map(Number);
  }

  /** Ends everything; no reader process may be left. */
  async clear(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#daemon?.stop();
    expect(await this.childPids()).toEqual([]);
  }
}
