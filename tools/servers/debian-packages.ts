import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";
import { runCommand } from "./run-command.ts";

const policyPath = "/usr/sbin/policy-rc.d";

/** True where Debian's package tools are at hand. */
export async function isDebian(searchPath: readonly string[]): Promise<boolean> {
  for (const program of ["apt-get", "dpkg-deb"])
    if ((await findProgram([program], searchPath)) === undefined) return false;
  return true;
}

/** Options that let apt work in a folder of ours, without root and without touching the machine's own lists. */
async function privateApt(folder: string): Promise<string[]> {
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "archives/partial"), { recursive: true });
  return [
    `Dir::State::Lists=${join(folder, "lists")}`,
    `Dir::Cache=${folder}`,
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
}

async function isInstalled(name: string): Promise<boolean> {
  const status = await runCommand("dpkg-query", ["-s", name]).catch(() => "");
  return status.includes("\nStatus: install ok installed\n");
}

function dependencies(field: string): string[] {
  const names = field.split(",").map((entry) => entry.split("|")[0]?.trim().split(/[ :(]/)[0] ?? "");
  return names.filter((name) => name !== "");
}

/**
 * Downloads Debian packages and whatever of their dependencies the machine lacks, and unpacks them into
 * `target`. Nothing is installed: no root, no maintainer scripts, no service started.
 */
export async function unpackDebianPackages(packages: readonly string[], target: string): Promise<void> {
  const parent = join(target, "..");
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const work = await mkdtemp(join(parent, "unpack-"));
  try {
    let apt: string[] = [];
    const download = (name: string, cwd: string) =>
      runCommand("apt-get", [...apt, "-q", "download", name], { cwd });
    const queue = [...packages];
    const done = new Set<string>();
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (done.has(name) || (!packages.includes(name) && (await isInstalled(name)))) continue;
      done.add(name);
      const folder = await mkdtemp(join(work, "deb-"));
      await download(name, folder).catch(async () => {
        if (apt.length > 0) throw new Error(`Debian has no package ${name}`);
        apt = await privateApt(join(work, "apt"));
        await runCommand("apt-get", [...apt, "-q", "update"]);
        await download(name, folder);
      });
      const file = (await readdir(folder)).find((entry) => entry.endsWith(".deb"));
      if (file === undefined) throw new Error(`apt-get download left no file for ${name}`);
      await runCommand("dpkg-deb", ["-x", join(folder, file), join(work, "root")]);
      queue.push(...dependencies(await runCommand("dpkg-deb", ["-f", join(folder, file), "Depends"])));
    }
    await rm(target, { recursive: true, force: true });
    await rename(join(work, "root"), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Installs Debian packages as root, without recommended ones and without letting any start a service:
 * a `policy-rc.d` that answers 101 (Debian Policy §9.3.3) stands for as long as apt runs.
 */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  const policySet = await writeFile(policyPath, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" }).then(
    () => true,
    () => false,
  );
  const env = { ...environment(), DEBIAN_FRONTEND: "noninteractive" };
  const install = () =>
    runCommand("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], { env });
  try {
    await install().catch(async () => {
      await runCommand("apt-get", ["-q", "update"], { env });
      await install();
    });
  } finally {
    if (policySet) await rm(policyPath, { force: true });
  }
}

function environment(): Record<string, string> {
  return { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
}
