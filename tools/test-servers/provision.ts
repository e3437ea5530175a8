import {
  findProgram,
  findRedis,
  installDebianPackages,
  isDebian,
  readServersConfig,
} from "../servers/index.ts";
import { requiresNamespaces } from "./config.ts";
import { canMakeNamespaces } from "./network-namespaces.ts";
import { findProftpd } from "./start-proftpd.ts";

/** Server programs that the integration tests run against, with the Debian packages that hold them. */
const parts = [
  { programs: ["sshd"], packages: ["openssh-server"], tests: "*.sshd.test.ts, *.stack.test.ts" },
  {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    packages: ["chromium"],
    tests: "*.browser.test.ts",
  },
  { programs: ["ip"], packages: ["iproute2"], tests: "*.netns.test.ts" },
  {
    programs: ["proftpd"],
    packages: ["proftpd-core", "proftpd-mod-crypto"],
    tests: "the SFTP suite's third server",
  },
  {
    programs: ["go"],
    packages: ["golang-go", "golang-golang-x-mod-dev"],
    tests: "the audit log's independent reader",
  },
  { programs: ["openssl"], packages: ["openssl"], tests: "tests that restore with openssl" },
] as const;

/** What is at hand: paths, or undefined where a part is missing. */
export type Provision = Readonly<{
  sshd: string | undefined;
  chromium: string | undefined;
  /** ProFTPD with mod_sftp, where it can be run: as root. */
  proftpd: string | undefined;
  /** The Go compiler; with it came the library that reads logs like ours. */
  go: string | undefined;
  /** Where network namespaces may be made, the program that makes them. */
  ip: string | undefined;
}>;

/**
 * Sees to it that the programs are there: as root on Debian it installs what is missing, elsewhere it says which
 * tests will be skipped. On CI a missing part throws.
 */
export async function provision(say: (line: string) => void): Promise<Provision> {
  const { searchPath, isCi } = readServersConfig();
  const find = (names: readonly string[]) => findProgram(names, searchPath);
  const missing: (typeof parts)[number][] = [];
  for (const part of parts) if ((await find(part.programs)) === undefined) missing.push(part);
  const packages = missing.flatMap((part) => [...part.packages]);
  if (packages.length > 0 && process.getuid?.() === 0 && (await isDebian(searchPath))) {
    say(`installing for the tests: ${packages.join(", ")}`);
    await installDebianPackages(packages);
  }
  for (const part of missing) {
    if ((await find(part.programs)) !== undefined) continue;
    const text = `${part.programs[0]} is missing (as root: apt-get install ${part.packages.join(" ")})`;
    if (isCi) throw new Error(`${text}; on CI no test may be skipped for want of a program`);
    say(`skipping ${part.tests}: ${text}`);
  }
  await findRedis(say);
  const ip = await usableIp(await find(["ip"]), say);
  const proftpd = process.getuid?.() === 0 ? await findProftpd() : undefined;
  const [sshd, chromium, go] = [await find(["sshd"]), await find(parts[1].programs), await find(["go"])];
  return { sshd, chromium, proftpd, go, ip };
}

/** `ip`, or undefined where it may make no network namespaces; throws where they are required. */
async function usableIp(ip: string | undefined, say: (line: string) => void): Promise<string | undefined> {
  const why = ip === undefined ? "the program ip is missing" : await canMakeNamespaces(ip);
  if (why === null) return ip;
  const text = `network namespaces cannot be made here: ${why}`;
  if (requiresNamespaces()) throw new Error(`${text}; or unset TAPLINE_REQUIRE_NETNS`);
  say(`skipping *.netns.test.ts: ${text}`);
  return undefined;
}
