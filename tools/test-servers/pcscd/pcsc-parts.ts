import { createRequire } from "node:module";
import { join } from "node:path";
import { messageOf } from "@tapline/core/kernel";
import { findProgram, pathExists, readServersConfig, runCommand } from "../../servers/index.ts";

/** Programs and files that a private pcscd with virtual cards is made of. */
export type PcscParts = {
  pcscd: string;
  gcc: string;
  unshare: string;
  /** How a mount namespace is entered: as root plainly, else as a user namespace's root. */
  unshareArgs: readonly string[];
  /** Debian's driver for virtual cards. */
  driver: string;
};

const driverPath = "usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/** Where the driver is unpacked to: never installed, for its configuration would open all addresses in a system's pcscd. */
export function privateDriverRoot(): string {
  return join(readServersConfig().cacheDir, "vpcd");
}

/** The driver: our private copy, else the machine's. */
export async function findDriver(): Promise<string | undefined> {
  for (const root of [privateDriverRoot(), "/"])
    if (await pathExists(join(root, driverPath))) return join(root, driverPath);
  return undefined;
}

async function namespaceArgs(unshare: string): Promise<readonly string[] | undefined> {
  const plain = ["--mount", "--propagation", "private"];
  for (const args of [plain, ["--user", "--map-root-user", ...plain]])
    if (await runCommand(unshare, [...args, "mount", "-t", "tmpfs", "tmpfs", "/run"]).then(yes, no))
      return args;
  return undefined;
}

const yes = () => true;
const no = () => false;

/** What is wrong with the PC/SC binding; undefined where it loads. */
function bindingFault(): string | undefined {
  try {
    createRequire(join(import.meta.dirname, "../../../apps/nfc-agent/package.json"))("@pokusew/pcsclite");
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n")[0];
  }
}

/** The parts, or in one sentence what is missing and how to get it. */
export async function findPcscParts(): Promise<PcscParts | { missing: string }> {
  if (process.platform !== "linux") return { missing: "virtual PC/SC readers run on Linux alone" };
  const { searchPath } = readServersConfig();
  const find = (name: string) => findProgram([name], searchPath);
  const [pcscd, gcc, unshare, driver] = await Promise.all([
    find("pcscd"),
    find("gcc"),
    find("unshare"),
    findDriver(),
  ]);
  if (pcscd === undefined) return { missing: "pcscd is missing (Debian: apt-get install pcscd)" };
  if (gcc === undefined) return { missing: "gcc is missing (Debian: apt-get install build-essential)" };
  if (driver === undefined)
    return { missing: "the driver for virtual cards is missing (npm test as root on Debian fetches it)" };
  if (unshare === undefined) return { missing: "unshare is missing (it is part of util-linux)" };
  const fault = bindingFault();
  if (fault !== undefined) return { missing: `the PC/SC binding does not load (${fault}); run npm test` };
  const unshareArgs = await namespaceArgs(unshare);
  if (unshareArgs === undefined)
    return { missing: "mount namespaces are not permitted here (in containers: run with CAP_SYS_ADMIN)" };
  return { pcscd, gcc, unshare, unshareArgs, driver };
}
