import { createHash } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { Client } from "ssh2";
import { mapConnectError } from "./map-error.ts";
import { readSftpUrl } from "./sftp-settings.ts";

/**
 * The host key that an SFTP server shows now, as a pin (`SHA256:…`). Nobody signs in: the connection ends once the key is
 * known, so that a stranger in the server's place learns nothing.
 */
export async function offeredHostKey(url: string, timeoutMs = 10_000): Promise<string> {
  const { host, port, user } = readSftpUrl(url);
  const client = new Client();
  const offered = Promise.withResolvers<string>();
  client.on("error", (error) => offered.reject(error));
  client.on("close", () =>
    offered.reject(new TaplineError("unavailable", "the server ended the connection")),
  );
  client.connect({
    ...{ host, port, username: user, readyTimeout: timeoutMs },
    algorithms: { serverHostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"] },
    hostVerifier: (key: Buffer) => {
      offered.resolve(`SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`);
      return false;
    },
  });
  try {
    return await offered.promise;
  } catch (error) {
    throw mapConnectError(error, `${host}:${port}`, undefined);
  } finally {
    client.destroy();
  }
}
