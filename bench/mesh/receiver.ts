import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Place } from "./relay.ts";

/** A receiver of OpenTelemetry that keeps nothing but who sent. */
export type Receiver = {
  readonly place: Place;
  /** Services that have sent metrics, by the fact `tapline.service` of theirs. */
  readonly heard: ReadonlySet<string>;
  readonly close: () => void;
};

export async function openReceiver(): Promise<Receiver> {
  const heard = new Set<string>();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    for (const found of text.matchAll(/"tapline\.service","value":\{"stringValue":"(\w+)"/g))
      if (request.url === "/v1/metrics") heard.add(found[1] ?? "");
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    place: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    heard,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
