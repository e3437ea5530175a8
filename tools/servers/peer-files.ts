import { readFile } from "node:fs/promises";

/** PEM files by which a peer of mutual TLS knows others and is known. */
export type PeerFiles = Readonly<{ ca: string; cert: string; key: string }>;

/** What stands in them, as `tls.connect` takes it. */
export async function readPeer({ ca, cert, key }: PeerFiles) {
  const [caPem, certPem, keyPem] = await Promise.all([ca, cert, key].map((path) => readFile(path, "utf8")));
  return { ca: caPem, cert: certPem, key: keyPem };
}

/** The end of a store's URL that names them; "" without any. */
export function peerParameters(peer: PeerFiles | undefined): string {
  if (peer === undefined) return "";
  const parameters = new URLSearchParams({
    sslmode: "verify-full",
    ...{ sslrootcert: peer.ca, sslcert: peer.cert, sslkey: peer.key },
  });
  return `?${parameters.toString()}`;
}

/** A store's URL with these files in place of those that it names. */
export function withPeer(url: string, peer: PeerFiles | undefined): string {
  return peer === undefined ? url : `${url.split("?", 1)[0] ?? ""}${peerParameters(peer)}`;
}
