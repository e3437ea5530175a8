import type { AddressInfo, Server } from "node:net";
import { messageOf } from "@tapline/core/kernel";
import type { PeerFiles } from "../../tools/servers/index.ts";
import { ofType } from "../child.ts";
import { Front, openSidecar, type Place, type Sidecar } from "./relay.ts";

/** What the proxies of a mesh are told; each is answered. `at` names a front: where none has that name nobody is sent there. */
export type Order =
  | {
      readonly kind: "front";
      readonly at: string;
      /** Port 0: any free one. */
      readonly place: Place;
      readonly caller: PeerFiles;
      /** In the certificates of those who are called. */
      readonly name: string;
      /** Whom it sends to from the beginning. */
      readonly to: readonly Place[];
    }
  | ({ readonly kind: "sidecar"; readonly at: string } & Sidecar)
  | { readonly kind: "withdraw"; readonly at: string; readonly place: Place }
  | { readonly kind: "close-front"; readonly at: string };

const fronts = new Map<string, Front>();
const sidecars = new Map<string, Server>();
const keyOf = ({ host, port }: Place): string => `${host}:${port}`;

async function obey(order: Order): Promise<Place | null> {
  if (order.kind === "front") return await openFront(order);
  if (order.kind === "close-front") {
    fronts.get(order.at)?.close();
    fronts.delete(order.at);
    return null;
  }
  if (order.kind === "withdraw") {
    fronts.get(order.at)?.withdraw(order.place);
    sidecars.get(keyOf(order.place))?.close();
    sidecars.delete(keyOf(order.place));
    return null;
  }
  const server = await openSidecar(order);
  const place = { host: order.host, port: (server.address() as AddressInfo).port };
  sidecars.set(keyOf(place), server);
  fronts.get(order.at)?.admit(place);
  return place;
}

async function openFront({ at, place, caller, name, to }: Order & { kind: "front" }): Promise<Place> {
  const front = await Front.open(place, caller, name);
  for (const one of to) front.admit(one);
  fronts.set(at, front);
  return { host: place.host, port: front.port };
}

/** The proxies of a mesh in a process of their own, so that their CPU is seen. */
process.on("message", (message) => {
  if (!ofType("order")(message)) return;
  const { id, order } = message as unknown as { id: number; order: Order };
  obey(order).then(
    (place) => process.send?.({ type: "obeyed", id, place }),
    (error: unknown) => process.send?.({ type: "obeyed", id, place: null, error: messageOf(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ type: "ready" });
