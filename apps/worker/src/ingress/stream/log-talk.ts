import { agentLogSchema, mostLogLength, type ServerMessage } from "@tapline/core/tap";
import type { LogPort } from "../log-desk.ts";
import * as messages from "./messages.ts";

/** What is said about an agent's log on its stream. */
export class LogTalk {
  readonly #agent: string;
  readonly #logs: LogPort;
  readonly #send: (message: ServerMessage) => void;
  /** Whether the agent can send it; null before its Hello. */
  #can: boolean | null = null;
  #askedFor: string | null = null;

  constructor(agent: string, logs: LogPort, send: (message: ServerMessage) => void) {
    this.#agent = agent;
    this.#logs = logs;
    this.#send = send;
  }

  /** The agent has said whether it can. */
  greeted(can: boolean): void {
    this.#can = can;
    this.look();
  }

  /** It may be asked for its log now. */
  look(): void {
    const wanted = this.#logs.wantedOf(this.#agent);
    if (this.#can === null || wanted === null || wanted.id === this.#askedFor) return;
    this.#askedFor = wanted.id;
    if (this.#can) this.#send(messages.logWanted(wanted));
    else this.#logs.told(this.#agent, { id: wanted.id, text: null });
  }

  /** @returns false where it is longer than an agent may send */
  take(lines: messages.LogLines): boolean {
    if (lines.text.length > mostLogLength) return false;
    const read = agentLogSchema.safeParse(lines);
    if (read.success) this.#logs.told(this.#agent, read.data);
    return true;
  }
}
