import { mostLogLength, mostLogLines } from "@tapline/core/tap";
import type { DestinationStream } from "pino";

/** Longer lines are kept up to here. */
const longestLine = 4_096;

/** Where lines of the log are written, and the last of them, for whoever asks. In memory alone: a restart begins with none. */
export class LogTail implements DestinationStream {
  readonly #written: DestinationStream;
  #kept: string[] = [];

  constructor(written: DestinationStream) {
    this.#written = written;
  }

  write(line: string): void {
    this.#written.write(line);
    const kept = line.length > longestLine ? `${line.slice(0, longestLine - 2)}…\n` : line;
    this.#kept.push(kept);
    // Twice as many, so that not each line moves all others.
    if (this.#kept.length >= 2 * mostLogLines) this.#kept = this.#kept.slice(-mostLogLines);
  }

  /** The last `count` lines; `cut` where not all of them may be sent, then the newest. */
  last(count: number): { text: string; cut: boolean } {
    const lines = this.#kept.slice(-count);
    let length = 0;
    let from = lines.length;
    while (from > 0 && length + (lines[from - 1]?.length ?? 0) <= mostLogLength) {
      from--;
      length += lines[from]?.length ?? 0;
    }
    return { text: lines.slice(from).join(""), cut: from > 0 };
  }
}
