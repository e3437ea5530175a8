import { type Clock, messageOf } from "@tapline/core/kernel";
import type { NFC } from "nfc-pcsc";
import type { ReaderSettings } from "../reader.ts";
import type { FromChild, ToChild } from "./messages.ts";
import { readerName } from "./reader-name.ts";
import { ReaderSession } from "./reader-session.ts";

export type ChildOptions = {
  send: (message: FromChild) => void;
  /** Loads nfc-pcsc. */
  load: (module: string) => Promise<{ NFC: new () => NFC }>;
  rssBytes: () => number;
  now: Clock;
  monotonic: Clock;
};

/** What the child process does: holds nfc-pcsc and a session per reader. Free of heavy work, so that no event is missed. */
export class PcscChild {
  readonly #options: ChildOptions;
  readonly #sessions = new Map<string, ReaderSession>();
  #settings: ReaderSettings = { rereads: 0, buzzer: false };
  #isStarted = false;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  receive(message: ToChild): void {
    if (message.type === "start") {
      if (this.#isStarted) return;
      this.#isStarted = true;
      void this.#start(message);
    } else if (message.type === "settings") this.#settings = message.settings;
    else if (message.type === "taken") this.#sessions.get(message.reader)?.taken(message.id);
    else this.#sessions.get(message.reader)?.show(message.feedback);
  }

  async #start({ binding, bounds, settings, silent }: Extract<ToChild, { type: "start" }>): Promise<void> {
    const { send, load, rssBytes, now, monotonic } = this.#options;
    this.#settings = settings;
    const beat = () => {
      const isIdle = [...this.#sessions.values()].every((session) => session.isIdle);
      send({ type: "beat", rssBytes: rssBytes(), isIdle });
    };
    setInterval(beat, bounds.beatEveryMs).unref();
    beat();
    try {
      const { NFC } = await load(binding);
      const nfc = new NFC();
      nfc.on("error", (error) => send({ type: "lost", detail: messageOf(error) }));
      nfc.on("reader", (reader) => {
        const name = readerName(reader.name);
        reader.autoProcessing = false;
        // nfc-pcsc would connect by itself at each card, beside us, and swallow the errors of that.
        reader.reader.removeAllListeners("status");
        // A reader that fails in this way is watched no more, unlike one that is unplugged: a new process is needed.
        let isLost = false;
        reader.on("error", (error) => {
          isLost = true;
          send({ type: "lost", detail: messageOf(error) });
        });
        reader.on("end", () => {
          this.#sessions.delete(name);
          if (isLost) return;
          send({ type: "condition", reader: name, condition: "gone", detail: "the reader was unplugged" });
        });
        const session = new ReaderSession({
          reader: reader.reader,
          bounds,
          settings: () => this.#settings,
          silentCounter: silent[name] ?? null,
          send,
          now,
          monotonic,
        });
        this.#sessions.set(name, session);
        send({ type: "condition", reader: name, condition: "ready", detail: "" });
      });
      send({ type: "loaded" });
    } catch (error) {
      send({ type: "unusable", detail: messageOf(error) });
    }
  }
}
