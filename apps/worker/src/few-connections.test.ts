import { EventEmitter } from "node:events";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { FewConnections } from "./few-connections.ts";

/** A connection whose end is told later, as that of a real one is. */
class Connection extends EventEmitter {
  isOpen = true;

  destroy(): void {
    this.isOpen = false;
    setImmediate(() => this.emit("close"));
  }
}

const open = (connections: readonly Connection[]): number[] =>
  connections.flatMap(({ isOpen }, at) => (isOpen ? [at] : []));

test("of many that come at once each one beyond the bound ends another one, the oldest first", async () => {
  const few = new FewConnections(2);
  const connections = Array.from({ length: 6 }, () => new Connection());
  for (const connection of connections) few.add("gate-1", connection as unknown as TLSSocket);
  const other = new Connection();
  few.add("gate-2", other as unknown as TLSSocket);
  expect([open(connections), other.isOpen]).toEqual([[4, 5], true]);
  connections[5]?.destroy();
  await new Promise(setImmediate);
  const next = new Connection();
  few.add("gate-1", next as unknown as TLSSocket);
  expect([open(connections), next.isOpen]).toEqual([[4], true]);
});
