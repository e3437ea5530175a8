import { setTimeout as sleep } from "node:timers/promises";
import type { Feedback, ReaderSettings, ReaderSink, Readers } from "../reader.ts";
import { ChildLife, type LifeEnd } from "./child-life.ts";
import { type PcscReadersOptions, type PcscSettings, withDefaults } from "./options.ts";
import { probeDaemon } from "./probe-daemon.ts";
import { pcscItself, ReaderBook } from "./reader-book.ts";

/** A child that lived this long was no failed start. */
const goodLifeMs = 30_000;

/** The readers that PC/SC knows. Whatever goes wrong with them is told as a status and heals by itself: `run` never rejects. */
export function pcscReaders(options: PcscReadersOptions): Readers {
  return new PcscReaders(withDefaults(options));
}

class PcscReaders implements Readers {
  #settings: PcscSettings;
  #life: ChildLife | null = null;

  constructor(settings: PcscSettings) {
    this.#settings = settings;
  }

  configure({ rereads, buzzer }: ReaderSettings): void {
    this.#settings = { ...this.#settings, rereads, buzzer };
    this.#life?.send({ type: "settings", settings: { rereads, buzzer } });
  }

  feedback(reader: string, feedback: Feedback): void {
    this.#life?.send({ type: "feedback", reader, feedback });
  }

  async run(sink: ReaderSink, signal: AbortSignal): Promise<void> {
    const book = new ReaderBook(sink, this.#settings.now);
    let failures = 0;
    while (!signal.aborted) {
      const why = await probeDaemon(this.#settings.socketPath);
      if (why !== null) {
        book.lose(why);
        book.tell(pcscItself, "failed", why);
      } else if (!signal.aborted) {
        const bornMs = performance.now();
        this.#life = new ChildLife(this.#settings, book, signal);
        const end = await this.#life.end;
        this.#life = null;
        if (isTrouble(end)) tellTrouble(book, end);
        else book.expectAgain();
        if (!isTrouble(end) || performance.now() - bornMs > goodLifeMs) failures = 0;
        if (!isTrouble(end)) continue;
      }
      await this.#backOff(failures, signal);
      failures += 1;
    }
  }

  async #backOff(failures: number, signal: AbortSignal): Promise<void> {
    const [firstMs, longestMs] = this.#settings.backoffMs;
    const ms = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16));
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

function isTrouble({ cause }: LifeEnd): boolean {
  return cause !== "stopped" && cause !== "planned" && cause !== "silent-card";
}

function tellTrouble(book: ReaderBook, { cause, detail }: LifeEnd): void {
  const remedy =
    cause === "unusable"
      ? `nfc-pcsc does not load (${detail}); install libpcsclite-dev and a compiler, then run: npm rebuild @pokusew/pcsclite`
      : `${detail}; trying again`;
  book.lose(remedy);
  book.tell(pcscItself, "failed", remedy);
}
