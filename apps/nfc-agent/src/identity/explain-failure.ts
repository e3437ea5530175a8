import { TaplineError } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";

const unknownServer = "check the address and this machine's DNS";
const unreachable = "check that the server runs, and that no firewall stands between";

/** Codes of node:net, node:dns and undici: nobody answered. */
const noAnswer: Readonly<Record<string, string>> = {
  ENOTFOUND: unknownServer,
  EAI_AGAIN: unknownServer,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  UND_ERR_CONNECT_TIMEOUT: unreachable,
  UND_ERR_HEADERS_TIMEOUT: unreachable,
  UND_ERR_BODY_TIMEOUT: unreachable,
  UND_ERR_SOCKET: unreachable,
};

const clockCodes: readonly string[] = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"];

/** Codes of X.509 verification (openssl-verify(1)) that say: somebody else. */
const strangerCodes: readonly string[] = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
];

/** What a failed request means for who sits at the machine. facts.reason is stable. */
export function explainFailure(server: string, error: unknown): TaplineError {
  if (error instanceof TaplineError) return error;
  const code = systemCode(error) ?? "unknown";
  const say = (
    kind: ConstructorParameters<typeof TaplineError>[0],
    reason: string,
    message: string,
    remedy: string,
  ) => new TaplineError(kind, `${message} (${code})`, { remedy, facts: { reason }, cause: error });
  const remedy = noAnswer[code];
  if (remedy !== undefined)
    return say(
      "unavailable",
      remedy === unknownServer ? "unknown-server" : "unreachable",
      `${server} cannot be reached`,
      remedy,
    );
  if (clockCodes.includes(code))
    return say(
      "misconfigured",
      "clock",
      "the server's certificate is not valid at this machine's time",
      "set this machine's clock; if it is right, the server's certificate has ended",
    );
  if (strangerCodes.includes(code)) return strangerAt(server, code);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return say(
      "misconfigured",
      "server-name",
      `the server's certificate does not name ${new URL(server).hostname}`,
      "use the name that the certificate has, or let the server's certificate name this one",
    );
  return say("unavailable", "unreachable", `${server} does not speak TLS 1.3 as it should`, unreachable);
}

/** Somebody other than who the token names answers under the address. */
export function strangerAt(server: string, why: string): TaplineError {
  return new TaplineError(
    "misconfigured",
    `${server} is not the server that the token was made for (${why})`,
    {
      remedy: "check the address; if it is right, somebody stands between: do not go on, and tell an admin",
      facts: { reason: "pin-mismatch" },
    },
  );
}
