import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueHierarchy } from "@tapline/core/encryption";
import { generateSshKeyPair } from "../../tools/local-stack/archive-server/index.ts";

/** The agent that stands for all clients. */
export const agentId = "bench";

/** Makes the installation's certificates, the process key and the archive's SSH keys, as files in `dir`. */
export async function writeKeys(dir: string) {
  const files = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Bench",
    agents: [agentId],
    hosts: ["localhost"],
  });
  await Promise.all(
    Object.entries(files).map(([name, { pem }]) => writeFile(join(dir, name), pem, { mode: 0o600 })),
  );
  await writeFile(join(dir, "process.key"), randomBytes(32).toString("hex"), { mode: 0o600 });
  const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
  await writeFile(join(dir, "ssh_host"), host.privateKey, { mode: 0o600 });
  await writeFile(join(dir, "ssh_client"), client.privateKey, { mode: 0o600 });
  await writeFile(join(dir, "ssh_client.pub"), client.publicKey);
  return { pem: (name: string): string => files[name]?.pem ?? "", hostKeyPin: host.pin };
}
