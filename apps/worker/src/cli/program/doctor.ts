import { type Command, InvalidArgumentError } from "commander";

/** `tapline doctor`: whether an installation in a cluster is as it should be. */
export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "look at an installation in a cluster: mTLS, policies, routes, versions, certificates, clocks",
    )
    .option("--cluster", "the one that the kubeconfig leads to")
    .option("--kubeconfig <file>", "else KUBECONFIG")
    .option("--namespace <name>", "of the installation; else that of the kubeconfig's context")
    .option("--store-namespace <name>", "of Redis and PostgreSQL", "tapline-data")
    .option("--mesh-namespace <name>", "of the mesh's control plane", "istio-system")
    .option("--prometheus <url>", "that scrapes the proxies; else PROMETHEUS_URL")
    .option(
      "--door <host:port...>",
      "doors of the installation to speak TLS with, as a stranger would",
      doors,
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nIt reads, and changes nothing; it reads no Secret. Ends with 0 where all is well, 1 where something is wrong or was not seen.",
    )
    .action(async (options) => (await import("../doctor/doctor.ts")).doctor(options));
}

function doors(
  text: string,
  before: { host: string; port: number }[] = [],
): { host: string; port: number }[] {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError("it is HOST:PORT");
  return [...before, { host, port: Number(port) }];
}
