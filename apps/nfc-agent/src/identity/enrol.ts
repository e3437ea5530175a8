import { requestCertificate } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { certificateResponseSchema, pinOf, readToken, trustResponseSchema } from "@tapline/core/tap";
import { askServer } from "./ask-server.ts";
import { strangerAt } from "./explain-failure.ts";
import { assertWritable, type Identity, writeIdentity } from "./identity-files.ts";

/** Further apart than this, clocks are taken for wrong, ms. */
const maxSkewMs = 5 * 60_000;

export type Enrolment = {
  /** Origin of the ingest server, https. */
  readonly server: string;
  /** As `tapline agent token` printed it. */
  readonly token: string;
  /** Folder that the identity is written to. */
  readonly dir: string;
  readonly hostname: string;
  /** The agent's version. */
  readonly version: string;
  readonly now: () => number;
};

/**
 * Makes this machine an agent: finds the server to be the one that the token was made for, makes a key that never
 * leaves the machine, has it certified, and writes `agent.key`, `agent.crt` and `ca.crt` into `dir`. An identity that is
 * there stays good until the new one is whole.
 * @throws TaplineError with a remedy; facts.reason is one of unknown-server, unreachable, not-tapline, pin-mismatch,
 *   server-name, clock, token-malformed, token-unknown, token-used, token-expired, unwritable, or a problem's type
 */
export async function enrol(enrolment: Enrolment): Promise<Identity> {
  const { dir, hostname, version, now } = enrolment;
  const { secret, pin } = readToken(enrolment.token);
  const server = originOf(enrolment.server);
  await assertWritable(dir);
  const { ca, skewMs } = await findTrust(server, pin, now);
  const { keyPem, csrPem } = await requestCertificate();
  const body = { token: secret.toString("base64url"), csr: csrPem, hostname, version };
  const answer = await askServer({ server, path: "/v1/enrol", body, ca }, certificateResponseSchema).catch(
    (error: unknown) => {
      throw withSkew(error, skewMs);
    },
  );
  // The root that the pin vouches for, whatever the answer says.
  return await writeIdentity(dir, { keyPem, certPem: answer.certificate, caPem: ca });
}

/** The root certificate that the pin names; who gave it is of no account. */
async function findTrust(
  server: string,
  pin: Buffer,
  now: () => number,
): Promise<{ ca: string; skewMs: number }> {
  const { ca, atEpochMs } = await askServer({ server, path: "/v1/trust", ca: null }, trustResponseSchema);
  const [first] = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/) ?? [];
  if (first === undefined || !pinOf(first).equals(pin)) throw strangerAt(server, "another root certificate");
  const skewMs = now() - atEpochMs;
  if (Math.abs(skewMs) > maxSkewMs) throw clockWrong(skewMs);
  return { ca: first, skewMs };
}

/** The time comes from a server that nobody has vouched for yet: it stops an enrolment, and does nothing else. */
function clockWrong(skewMs: number): TaplineError {
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const where = skewMs < 0 ? "behind" : "ahead of";
  return new TaplineError(
    "misconfigured",
    `this machine's clock is ${minutes} min ${where} the server's, so certificates are not valid here`,
    {
      remedy: "set this machine's clock (systemd-timesyncd, chrony), then enrol again",
      facts: { reason: "clock" },
    },
  );
}

function withSkew(error: unknown, skewMs: number): unknown {
  if (!(error instanceof TaplineError) || error.facts.reason !== "clock") return error;
  return new TaplineError(
    error.code,
    `${error.message}; the clocks are ${Math.round(skewMs / 1000)} s apart`,
    {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      facts: error.facts,
      cause: error,
    },
  );
}

function originOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url?.protocol !== "https:")
    throw new TaplineError("invalid-input", `${server} is no https:// address`, {
      remedy: "write it as https://host:port",
      facts: { reason: "unknown-server" },
    });
  return url.origin;
}
