import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Child, ChildMessage } from "../start-child.ts";
import { chooseReplica } from "./choose-replica.ts";
import type { Crew } from "./crew.ts";
import type { Slot } from "./slot.ts";

/** The two sides of the agents' door. */
export type Side = "rest" | "stream";

/** How long a connection waits for somebody who takes it, ms, and how many may wait. */
const waitsMs = 10_000;
const mostWaiting = 1_000;
/** So many may be on their way to one process: one that hangs takes none, and each is a file that we hold open. */
const mostUnderWay = 1_000;

type Waiting = Readonly<{ side: Side; socket: Socket; timer: NodeJS.Timeout }>;
type Load = { handed: number; taken: number; open: number };

const noLoad = (): Load => ({ handed: 0, taken: 0, open: 0 });

export type AgentsDoorOptions = Readonly<{ host: string; ports: Readonly<Record<Side, number>> }>;

/**
 * The ports that agents know. A connection is handed to one of the ingest processes as it is, before a byte of it is read:
 * from then on nothing stands between the agent and that process, which also ends TLS and sees the agent's own address.
 */
export class AgentsDoor {
  readonly #crew: Crew;
  readonly #loads = new WeakMap<Child, Record<Side, Load>>();
  readonly #draining = new WeakSet<Child>();
  readonly #waiting = new Set<Waiting>();
  #servers: readonly Server[] = [];
  #isClosed = false;

  constructor(crew: Crew) {
    this.#crew = crew;
    crew.onChange(() => this.#handOnWaiting());
  }

  /** @throws where a port cannot be had */
  async open({ host, ports }: AgentsDoorOptions): Promise<void> {
    const sides = Object.entries(ports) as [Side, number][];
    this.#servers = sides.map(([side, port]) =>
      createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
        socket.on("error", () => socket.destroy());
        this.#take(side, socket);
      }).listen(port, host),
    );
    await Promise.all(this.#servers.map((server) => once(server, "listening")));
  }

  /** What a process says: that it takes no more connections, or how many it has of those that it was handed. */
  hear(child: Child, { type, connections }: ChildMessage): void {
    if (type === "draining") this.#draining.add(child);
    const told = connections as Record<Side, { taken: number; open: number }> | undefined;
    if (told === undefined) return;
    for (const side of ["rest", "stream"] as const) Object.assign(this.#loadOf(child)[side], told[side]);
    this.#handOnWaiting();
  }

  close(): void {
    this.#isClosed = true;
    for (const server of this.#servers) server.close();
    for (const { socket } of this.#waiting) socket.destroy();
  }

  #loadOf(child: Child): Record<Side, Load> {
    const load = this.#loads.get(child) ?? { rest: noLoad(), stream: noLoad() };
    this.#loads.set(child, load);
    return load;
  }

  #take(side: Side, socket: Socket): void {
    if (socket.destroyed || this.#hand(side, socket)) return;
    if (this.#isClosed || this.#waiting.size >= mostWaiting) return void socket.destroy();
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting);
      socket.destroy();
    }, waitsMs);
    const waiting = { side, socket, timer };
    this.#waiting.add(waiting);
  }

  /** False where nobody takes it. */
  #hand(side: Side, socket: Socket): boolean {
    const candidates = this.#crew.serving("ingest").flatMap((slot) => this.#candidate(side, slot));
    const of = (colour: string) => candidates.filter(({ slot }) => slot.plan.colour === colour);
    const colours = { blue: of("blue"), green: of("green") };
    const chosen = chooseReplica(colours, this.#crew.greenPercent("ingest"), Math.random(), Date.now());
    if (chosen === null || !this.#give(chosen.child, side, socket)) return false;
    this.#loadOf(chosen.child)[side].handed++;
    return true;
  }

  /** One that is lost on its way, since the process dies, goes to another one, or to its next life. */
  #give(child: Child, side: Side, socket: Socket): boolean {
    return child.hand({ type: "connection", side }, socket, () => this.#take(side, socket));
  }

  #candidate(side: Side, slot: Slot) {
    const { child } = slot;
    if (child === null || this.#draining.has(child)) return [];
    const { handed, taken, open } = this.#loadOf(child)[side];
    if (handed - taken >= mostUnderWay) return [];
    return [{ slot, child, open: open + handed - taken, readySinceEpochMs: slot.startedAtEpochMs }];
  }

  #handOnWaiting(): void {
    for (const waiting of [...this.#waiting]) {
      if (!waiting.socket.destroyed && !this.#hand(waiting.side, waiting.socket)) return;
      clearTimeout(waiting.timer);
      this.#waiting.delete(waiting);
    }
  }
}
