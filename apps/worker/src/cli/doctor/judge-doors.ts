import { connect } from "node:tls";
import { messageOf } from "@tapline/core/kernel";
import { type Finding, fault, unknown, well } from "./finding.ts";

/** A door of the installation as one outside sees it. */
export type Door = { readonly name: string; readonly host: string; readonly port: number };

const withinMs = 5_000;
/** Renewal begins weeks before: what ends so soon is not renewed any more. */
const soonMs = 7 * 86_400_000;
const check = "doors";

/**
 * Speaks TLS with a door as a stranger would, with no certificate of its own, and looks at what it shows. Whether the
 * certificate leads to an authority is not judged: agents know theirs, and browsers say so themselves.
 */
export async function judgeDoor({ name, host, port }: Door, nowEpochMs: number): Promise<Finding> {
  const at = `${name} at ${host}:${port}`;
  try {
    const { protocol, endsAtEpochMs } = await handshake(host, port);
    if (protocol !== "TLSv1.3" && protocol !== "TLSv1.2")
      return fault(check, `${at} speaks ${protocol}`, "set minProtocolVersion of its Gateway");
    const leftMs = endsAtEpochMs - nowEpochMs;
    const days = Math.floor(leftMs / 86_400_000);
    if (leftMs < soonMs)
      return fault(check, `the certificate of ${at} ends in ${days} days`, "renew it: docs/operations.md");
    return well(check, `${at}: ${protocol}, its certificate lasts ${days} days`);
  } catch (error) {
    return unknown(
      check,
      `${at} does not speak TLS with us: ${messageOf(error)}`,
      "see that it is reached from here",
    );
  }
}

function handshake(host: string, port: number): Promise<{ protocol: string; endsAtEpochMs: number }> {
  return new Promise((resolve, reject) => {
    const servername = /^[\d.:]+$/.test(host) ? {} : { servername: host };
    // Only looked at, nothing is said to it: a door with a certificate that nobody believes has an end to report, too.
    const socket = connect({ host, port, ...servername, rejectUnauthorized: false, timeout: withinMs });
    socket.once("secureConnect", () => {
      const { valid_to: end } = socket.getPeerCertificate();
      resolve({ protocol: socket.getProtocol() ?? "no TLS", endsAtEpochMs: Date.parse(end) });
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no answer within ${withinMs / 1000} s`)));
    socket.once("error", reject);
  });
}
