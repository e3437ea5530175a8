/**
 * Why a request or a link came to nothing.
 * `unreachable`: nobody listens there. `unknown-host`: the name leads nowhere. `silent`: no answer in time.
 * `untrusted`: the server's certificate is of another authority. `wrong-host`: it is for other names. `server-expired`:
 * it is out of date. `own-expired`, `own-early`: this agent's certificate is. `own-unusable`: it cannot be read.
 * `unauthenticated`: the server does not know this agent. `revoked`: it may not any more. `taken-over`: another stream
 * speaks for this agent. `busy`: come back later. `too-large`: send less at once. `not-agreed`: an answer that breaks the
 * contract. `not-served`: the server has no such thing. `broken`: all else, from a cut wire to a killed server.
 */
export type SetbackCause =
  | "unreachable"
  | "unknown-host"
  | "silent"
  | "untrusted"
  | "wrong-host"
  | "server-expired"
  | "own-expired"
  | "own-early"
  | "own-unusable"
  | "unauthenticated"
  | "revoked"
  | "taken-over"
  | "busy"
  | "too-large"
  | "not-agreed"
  | "not-served"
  | "broken";

export type Setback = {
  cause: SetbackCause;
  /** For people. */
  detail: string;
  /** When the server asks to come back, ms; null where it does not say. */
  afterMs: number | null;
};

export function setback(cause: SetbackCause, detail: string, afterMs: number | null = null): Setback {
  return { cause, detail, afterMs };
}

/** Something that people should know, and what to do about it. */
export type Trouble = { text: string; remedy: string };

const enrolAgain =
  "ask the admin for a new token, then: tapline-agent enrol --server <address> --token <token>";

const told: Record<SetbackCause, { text: string; remedy: string }> = {
  unreachable: {
    text: "the server cannot be reached",
    remedy: "see that it runs, that the agent has its address, and that no firewall stands between",
  },
  "unknown-host": {
    text: "the server's name leads nowhere",
    remedy: "correct the agent's server address, or see to the name service of this network",
  },
  silent: {
    text: "the server does not answer in time",
    remedy: "see to the network between this PC and the server, and whether the server is overloaded",
  },
  untrusted: {
    text: "the server's certificate is not of the authority that this agent trusts",
    remedy: `see that the address is that of your server; where its authority was renewed: ${enrolAgain}`,
  },
  "wrong-host": {
    text: "the server's certificate is for other names than the one in its address",
    remedy: "use a name that stands in the server's certificate, or have the certificate issued for this one",
  },
  "server-expired": {
    text: "the server's certificate is out of date",
    remedy: "see to the clock of this PC; where it is right, the server needs a new certificate",
  },
  "own-expired": {
    text: "this agent's certificate has ended",
    remedy: `see to the clock of this PC; where it is right, ${enrolAgain}`,
  },
  "own-early": {
    text: "this agent's certificate is not valid yet",
    remedy: "set the clock of this PC",
  },
  "own-unusable": {
    text: "this agent's certificate or key does not read",
    remedy: enrolAgain,
  },
  unauthenticated: {
    text: "the server does not know this agent's certificate",
    remedy: `see that the address is that of the server where this agent was enrolled; else ${enrolAgain}`,
  },
  revoked: {
    text: "the server refuses this agent",
    remedy: `where the agent was revoked, or another machine enrolled in its name, by mistake: ${enrolAgain}`,
  },
  "taken-over": {
    text: "another stream speaks in this agent's name",
    remedy:
      "see that no second PC uses this agent's certificate; where one does, revoke it and enrol both anew",
  },
  busy: {
    text: "the server takes no taps at present",
    remedy: "nothing has to be done: taps stay here and are sent when it does",
  },
  "too-large": {
    text: "the server refuses batches as too large",
    remedy: "see to the bounds of proxies between this PC and the server",
  },
  "not-agreed": {
    text: "the server's answers are not in the agreed form",
    remedy:
      "see that the address is that of the ingest server, that no proxy answers for it, and that versions fit",
  },
  "not-served": {
    text: "the server does not offer this service",
    remedy:
      "see that the address is that of the ingest server, and that its version is not older than the agent's",
  },
  broken: {
    text: "the link to the server broke",
    remedy: "nothing has to be done where this is rare; else see to the network and to the server's log",
  },
};

/** A setback in words for the log and the status. */
export function troubleOf({ cause, detail }: Setback): Trouble {
  const { text, remedy } = told[cause];
  return { text: detail === "" ? text : `${text}: ${detail}`, remedy };
}

const byCode: Readonly<Record<string, SetbackCause>> = {
  ECONNREFUSED: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ENOTFOUND: "unknown-host",
  EAI_AGAIN: "unknown-host",
  ETIMEDOUT: "silent",
  UND_ERR_CONNECT_TIMEOUT: "silent",
  UND_ERR_HEADERS_TIMEOUT: "silent",
  UND_ERR_BODY_TIMEOUT: "silent",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  CERT_SIGNATURE_FAILURE: "untrusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong-host",
  CERT_HAS_EXPIRED: "server-expired",
  CERT_NOT_YET_VALID: "server-expired",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "unauthenticated",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "unauthenticated",
  ERR_SSL_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "unauthenticated",
  ERR_SSL_TLS_ALERT_BAD_CERTIFICATE: "unauthenticated",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "unauthenticated",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "own-expired",
  ERR_SSL_TLSV1_ALERT_CERTIFICATE_EXPIRED: "own-expired",
  ERR_SSL_KEY_VALUES_MISMATCH: "own-unusable",
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "own-unusable",
  ERR_OSSL_PEM_NO_START_LINE: "own-unusable",
};

/** What an error of Node, OpenSSL or undici says. Codes are enough to act on, and hold nothing private. */
export function setbackOf(error: unknown): Setback {
  if (!(error instanceof Error)) return setback("broken", String(error));
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const cause = byCode[code] ?? "broken";
  // Node adds advice of its own to an unknown authority, to trust what the system trusts: wrong here.
  if (cause === "untrusted") return setback(cause, code);
  const detail = code === "" || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
  return setback(cause, detail);
}
