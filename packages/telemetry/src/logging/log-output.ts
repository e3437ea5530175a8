import { type DestinationStream, pino } from "pino";

/** Where the lines of a log are written, and who else is told of them. */
export class LogOutput implements DestinationStream {
  readonly #written: DestinationStream;
  #also: ((line: string) => void) | null = null;

  /** @param written default: the standard output */
  constructor(written: DestinationStream = pino.destination(1)) {
    this.#written = written;
  }

  write(line: string): void {
    this.#written.write(line);
    this.#also?.(line);
  }

  /** Tells of each line from now on, also `take`, which does not throw. */
  tellAlso(take: (line: string) => void): void {
    this.#also = take;
  }
}
