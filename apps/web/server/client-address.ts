import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * From where a request comes. Behind proxies it is what the outermost of them has added to X-Forwarded-For, counted from the end: what
 * stands before that the client has written itself.
 * @param proxies how many stand before us, each of which adds one; 0: the socket's other end, whatever is said
 */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, "headers" | "socket">,
  proxies: number,
): string {
  const said = proxies === 0 ? [] : [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  const address = said.at(-proxies)?.trim() ?? "";
  return isIP(address) === 0 ? (socket.remoteAddress ?? "") : address;
}
