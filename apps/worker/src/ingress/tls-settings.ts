import type { TlsOptions } from "node:tls";

/** Keys and certificates of the door, in PEM; `agentCa` is whose word on agents counts. */
export type DoorTls = { readonly cert: Buffer; readonly key: Buffer; readonly agentCa: Buffer };

/** TLS as both links of the door speak it: 1.3 alone, with client certificates. */
export function tlsSettings({ cert, key, agentCa }: DoorTls): TlsOptions {
  return {
    cert,
    key,
    ca: agentCa,
    requestCert: true,
    // Connections without a certificate get as far as an answer that says so.
    rejectUnauthorized: false,
    minVersion: "TLSv1.3",
    handshakeTimeout: 10_000,
  };
}
