import type { ReaderSink, ReaderStatus, ReadFailure, TapRead } from "../reader.ts";

/** A sink that remembers. `hold` keeps taps from being taken until `release`. */
export class RememberingSink implements ReaderSink {
  readonly taps: TapRead[] = [];
  readonly failures: ReadFailure[] = [];
  readonly statuses: ReaderStatus[] = [];
  refuse: Error | null = null;
  onTap: (read: TapRead) => void = () => undefined;
  #held: Promise<void> = Promise.resolve();
  release: () => void = () => undefined;

  hold(): void {
    this.#held = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  async tap(read: TapRead): Promise<number> {
    this.taps.push(read);
    this.onTap(read);
    await this.#held;
    if (this.refuse !== null) throw this.refuse;
    return this.taps.length;
  }

  failed(failure: ReadFailure): void {
    this.failures.push(failure);
  }

  status(status: ReaderStatus): void {
    this.statuses.push(status);
  }

  /** How `reader` stands now. */
  at(reader: string): ReaderStatus | undefined {
    return this.statuses.findLast((status) => status.reader === reader);
  }

  causes(): string[] {
    return this.failures.map(({ cause }) => cause);
  }
}
