import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { VerdictHint } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import type { AgentMessage, ServerMessage } from "@tapline/core/tap";
import type { CreditStocks } from "../credits/credit-stocks.ts";
import { GradualDrain } from "../gradual-drain.ts";
import { identityIn } from "../identity.ts";
import { type AdmissionParts, admit } from "../turned-away.ts";
import { AgentStream, type AgentStreamParts } from "./agent-stream.ts";
import { statusOf } from "./status.ts";

export type AgentStreamsParts = AgentStreamParts &
  AdmissionParts & {
    readonly credits: CreditStocks;
    readonly generation: () => Promise<string | null>;
    /** Tells the other processes of the door that `agent` has its stream here. */
    readonly announce: (agent: string) => Promise<void>;
  };

/** How late a change of the buffer's generation is seen, ms. */
const generationEveryMs = 500;
/** How late receipts come of which the news was missed, and how late a certificate's end is seen, ms. */
const lookEveryMs = 10_000;

const draining = (): TaplineError =>
  new TaplineError("unavailable", "this server is stopping", { remedy: "connect again" });
const takenOver = (): TaplineError => new TaplineError("overloaded", "the agent has another stream now");

/** The open streams of this process, one for each agent. */
export class AgentStreams {
  readonly #parts: AgentStreamsParts;
  readonly #open = new Map<string, AgentStream>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #drain = new GradualDrain<AgentStream>((stream) => void stream.drain(draining()));
  #generation: string | null = null;
  #stopping = false;

  constructor(parts: AgentStreamsParts) {
    this.#parts = parts;
    parts.standing.onChange(() => this.#checkStanding());
    parts.fleet.onChange(() => this.#forEach((stream) => stream.onFleet()));
    parts.logs.onChange(() => this.#forEach((stream) => stream.onLogWanted()));
    this.#timers = [
      setInterval(() => void this.#checkGeneration(), generationEveryMs),
      setInterval(() => {
        this.#checkStanding();
        this.onReceipts(null);
      }, lookEveryMs),
    ];
    void this.#checkGeneration();
  }

  /** Streams that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens a stream, or ends the call with the reason why not. */
  accept(call: ServerDuplexStream<AgentMessage, ServerMessage>): void {
    try {
      if (this.#stopping) throw draining();
      const identity = identityIn(call.getAuthContext().sslPeerCertificate);
      admit(identity, "stream", this.#parts, call.metadata.get("traceparent")[0]);
      const { agent } = identity;
      this.#open.get(agent)?.end(takenOver());
      const stream = new AgentStream(
        call,
        identity,
        this.#parts.credits.of(agent),
        this.#generation,
        this.#parts,
        () => {
          this.#drain.left(stream);
          if (this.#open.get(agent) === stream) this.#open.delete(agent);
        },
      );
      this.#open.set(agent, stream);
      this.#drain.enter(stream);
      // Where Redis is away, the other stream ends when its connection does.
      this.#parts.announce(agent).catch(() => undefined);
    } catch (error) {
      call.emit("error", Object.assign(new Error("refused"), statusOf(error)));
    }
  }

  /** `agent` has opened a stream at another process. */
  onStreamElsewhere(agent: string): void {
    this.#open.get(agent)?.end(takenOver());
  }

  /** `agent` has new receipts; null: everybody may have. */
  onReceipts(agent: string | null): void {
    if (agent === null) this.#forEach((stream) => stream.onReceipts());
    else this.#open.get(agent)?.onReceipts();
  }

  onVerdicts(agent: string, hint: () => VerdictHint | null): void {
    this.#open.get(agent)?.onVerdicts(hint);
  }

  /** Ends streams one by one within `overMs`, each once what came is answered; who comes meanwhile is taken, and led away, too. */
  leadAway(overMs: number): void {
    this.#drain.begin(overMs);
  }

  /** Takes no new stream; answers what came, and ends all. */
  async drain(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#open.values()].map((stream) => stream.drain(draining())));
  }

  /** Ends all at once. */
  end(): void {
    this.#forEach((stream) => stream.end(draining()));
  }

  #forEach(act: (stream: AgentStream) => void): void {
    for (const stream of [...this.#open.values()]) act(stream);
  }

  #checkStanding(): void {
    this.#forEach((stream) => {
      try {
        admit(stream.identity, "stream", this.#parts);
      } catch (error) {
        stream.end(error);
      }
    });
  }

  async #checkGeneration(): Promise<void> {
    try {
      const generation = await this.#parts.generation();
      if (generation === this.#generation) return;
      this.#generation = generation;
      this.#forEach((stream) => stream.onGeneration(generation));
    } catch {
      // Redis is away: what is taken fails by itself.
    }
  }
}
