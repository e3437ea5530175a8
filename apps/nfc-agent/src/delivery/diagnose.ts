import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Credentials } from "./link.ts";
import { type Setback, setback, setbackOf } from "./setback.ts";

/**
 * Why no TLS 1.3 connection to `url` comes about; null where one does. gRPC tells such causes as text alone, so the
 * connection is tried once by itself.
 */
export function diagnose(url: string, credentials: Credentials, timeoutMs: number): Promise<Setback | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    try {
      const socket = connect({
        ...credentials,
        host,
        port: Number(port || 443),
        ...(isIP(host) === 0 ? { servername: host } : {}),
        minVersion: "TLSv1.3",
        ALPNProtocols: ["h2"],
      });
      const done = (found: Setback | null) => {
        socket.destroy();
        resolve(found);
      };
      socket.setTimeout(timeoutMs, () => done(setback("silent", `no connection within ${timeoutMs} ms`)));
      socket.once("secureConnect", () => done(null));
      socket.once("error", (error) => done(setbackOf(error)));
    } catch (error) {
      resolve(setbackOf(error));
    }
  });
}
