import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { messageOf, type RedisTlsFiles, TaplineError } from "@tapline/core/kernel";

/**
 * TLS by what stands in `files` when a connection is made: certificates of hours are exchanged beneath a process that lives on. A
 * pair that does not fit, as while it is written, leaves what was good before.
 * @throws TaplineError misconfigured where they cannot be used now
 */
export function tlsFromFiles(files: RedisTlsFiles): { readonly secureContext: SecureContext } {
  let good = read(files);
  return {
    // ioredis copies what stands here for each connection that it makes, and reconnects no more where that throws.
    get secureContext() {
      try {
        good = read(files);
      } catch {
        // The connection itself says what is wrong, once the old certificate is over.
      }
      return good;
    },
  };
}

function read(files: RedisTlsFiles): SecureContext {
  try {
    const pem = Object.entries(files).map(([name, path]) => [name, readFileSync(path, "utf8")]);
    return createSecureContext(Object.fromEntries(pem));
  } catch (cause) {
    throw new TaplineError(
      "misconfigured",
      `the certificates in REDIS_URL cannot be used: ${messageOf(cause)}`,
      {
        remedy: "see that sslrootcert, sslcert and sslkey name PEM files that fit together and may be read",
        cause,
      },
    );
  }
}
