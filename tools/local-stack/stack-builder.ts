import { TaplineError } from "@tapline/core/kernel";
import type { DataFolder } from "./data-folder.ts";
import { type Kept, keepRunning } from "./keep-running.ts";
import { LiveCounts } from "./live-counts.ts";
import { openLogFile } from "./log-file.ts";
import { type Child, type ChildMessage, startChild } from "./start-child.ts";
import { type Endable, type PartName, stopParts } from "./stop-order.ts";

/** Keeps the parts of one stack: what has been started can be ended at any time, also half way. */
export class StackBuilder {
  readonly #parts = new Map<PartName, Endable>();
  readonly #folder: DataFolder;
  readonly #say: (line: string) => void;
  readonly counts = new LiveCounts();
  #stopping: Promise<void> | undefined;

  constructor(folder: DataFolder, say: (line: string) => void) {
    this.#folder = folder;
    this.#say = say;
  }

  /** Adds a part; once the stack is stopping, it is ended at once. */
  async add<T extends Endable>(name: PartName, part: T): Promise<T> {
    this.#parts.set(name, part);
    if (this.#stopping !== undefined) {
      await part.stop(500);
      throw new TaplineError("unavailable", "the start was broken off");
    }
    return part;
  }

  /** Starts one of our programs and keeps it running. */
  async child(
    name: PartName,
    script: string,
    environment: NodeJS.ProcessEnv,
    onMessage: (message: ChildMessage) => void = () => {},
    onChange: () => void = () => {},
  ): Promise<Kept<Child>> {
    const logFile = openLogFile(this.#folder.logs, name);
    const { compiled: compiledDir } = this.#folder;
    const start = () => startChild({ name, script, environment, logFile, compiledDir, onMessage });
    return this.add(name, await keepRunning(name, start, { say: this.#say, onChange }));
  }

  /** Ends everything, in order; called again it waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= stopParts(this.#parts);
    return this.#stopping;
  }
}
