/**
 * Fetches what the tests with a real pcscd need: as root on Debian, daemon, headers and compiler are installed (no service
 * is started) and the driver for virtual cards is unpacked into a folder of ours. Elsewhere nothing is done; the tests say
 * what is missing.
 */
import { messageOf } from "@tapline/core/kernel";
import {
  findProgram,
  installDebianPackages,
  isDebian,
  pathExists,
  readServersConfig,
  unpackDebianPackages,
} from "../../servers/index.ts";
import { findDriver, privateDriverRoot } from "./pcsc-parts.ts";

const { searchPath } = readServersConfig();
const say = (line: string) => process.stderr.write(`[test servers] ${line}\n`);

async function missingPackages(): Promise<string[]> {
  const lacks = async (program: string) => (await findProgram([program], searchPath)) === undefined;
  return [
    (await lacks("pcscd")) ? ["pcscd"] : [],
    (await pathExists("/usr/include/PCSC/winscard.h")) ? [] : ["libpcsclite-dev"],
    (await lacks("g++")) || (await lacks("make")) ? ["build-essential"] : [],
    (await lacks("python3")) ? ["python3"] : [],
  ].flat();
}

if (process.platform === "linux" && (await isDebian(searchPath)))
  try {
    const packages = await missingPackages();
    if (packages.length > 0 && process.getuid?.() === 0) {
      say(`installing for the tests: ${packages.join(", ")}`);
      await installDebianPackages(packages);
    }
    if ((await findDriver()) === undefined) {
      say("fetching Debian's driver for virtual cards into a private folder (nothing is installed)");
      await unpackDebianPackages(["vsmartcard-vpcd"], privateDriverRoot());
    }
  } catch (error) {
    say(`the parts of the PC/SC tests could not be fetched: ${messageOf(error)}`);
  }
