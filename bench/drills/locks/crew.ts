import { type Child, ofType, startChild } from "../../child.ts";
import { baseEnvironment } from "../../installation/index.ts";
import { leaseMs, limits, maxWaitMs, rate } from "./settings.ts";

const program = "../../../apps/worker/src/jobs/rival.fixture.ts";

/** A process that claims; `name` is what it calls itself to the credit book. */
export type Rival = { readonly name: string; readonly child: Child; isStalled: boolean };

/** The processes that claim against each other. One more is always ready, so that a death costs no start. */
export class Crew {
  readonly rivals: Rival[] = [];
  readonly #redisUrl: string;
  readonly #hear: (message: object) => void;
  #spare: Promise<Rival>;
  #started = 0;

  private constructor(redisUrl: string, hear: (message: object) => void) {
    this.#redisUrl = redisUrl;
    this.#hear = hear;
    this.#spare = this.#start();
  }

  /** @param hear told what the processes say, but for those that were killed */
  static async start(redisUrl: string, size: number, hear: (message: object) => void): Promise<Crew> {
    const crew = new Crew(redisUrl, hear);
    while (crew.rivals.length < size) crew.rivals.push(await crew.#takeSpare());
    return crew;
  }

  /** SIGSTOP: it does nothing, and does not know it. */
  stall(rival: Rival): void {
    rival.isStalled = true;
    process.kill(rival.child.pid, "SIGSTOP");
  }

  wake(rival: Rival): void {
    rival.isStalled = false;
    process.kill(rival.child.pid, "SIGCONT");
  }

  /** SIGKILL; another one takes its place. */
  async kill(rival: Rival): Promise<void> {
    await rival.child.kill();
    this.rivals[this.rivals.indexOf(rival)] = await this.#takeSpare();
  }

  async close(): Promise<void> {
    const spare = await this.#spare;
    await Promise.all([...this.rivals, spare].map(({ child }) => child.kill()));
  }

  async #takeSpare(): Promise<Rival> {
    const rival = await this.#spare;
    this.#spare = this.#start();
    return rival;
  }

  async #start(): Promise<Rival> {
    const name = `rival-${++this.#started}`;
    const settings = JSON.stringify({ leaseMs, maxWaitMs, rate, limits });
    const child = startChild(program, import.meta.url, baseEnvironment(), [this.#redisUrl, name, settings]);
    await child.next(ofType("ready"));
    child.listen((message) => {
      this.#hear(message as object);
      return true;
    });
    return { name, child, isStalled: false };
  }
}
