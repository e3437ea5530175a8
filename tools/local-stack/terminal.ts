/** Where people read: whole lines, and one live line that is rewritten in place where that is possible. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  #live = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    // A reader that has gone (`npm start | head`) must not end what archives taps.
    out.on("error", () => {});
  }

  get isLive(): boolean {
    return this.#out.isTTY === true;
  }

  /** Writes a line above the live one. */
  say(line: string): void {
    const clear = this.#live === "" ? "" : "\r\x1b[K";
    this.#out.write(`${clear}${line}\n${this.#live}`);
  }

  /** Writes a line with the local time before it: something that has happened. */
  note(line: string): void {
    this.say(`${new Date().toTimeString().slice(0, 8)} ${line}`);
  }

  /** Puts `line` in place of the live one, cut to the terminal's width. */
  show(line: string): void {
    this.#live = line.slice(0, Math.max(20, (this.#out.columns || 80) - 1));
    this.#out.write(`\r\x1b[K${this.#live}`);
  }

  /** Leaves the live line as it stands and goes below it. */
  settle(): void {
    if (this.#live !== "") this.#out.write("\n");
    this.#live = "";
  }
}
