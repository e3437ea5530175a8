import type { KeyRole } from "@tapline/core/encryption";
import { type Command, Option } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

const keyRoles = Object.keys({ archive: true, escrow: true, other: true } satisfies Record<KeyRole, true>);

/** The group `tapline key`. */
export function addKey(program: Command): void {
  const key = program.command("key").description("whom archived objects are encrypted to");
  addKeyRing(key);
  addKeyRotate(key);
  addKeyMap(key);
  addKeyCheck(key);
}

/** `tapline key ls|add|activate|retire|revoke`: the ring as it is, and changes of single keys. */
function addKeyRing(key: Command): void {
  key
    .command("ls")
    .description("all keys of the ring")
    .option("--json", "as JSON lines")
    .action(async (options) => (await import("../key-ring.ts")).list(options));
  const roles = new Option("--role <role>", "whose key it is").choices(keyRoles).makeOptionMandatory();
  addKeyActing(
    key
      .command("add")
      .description("encrypt new objects to one more certificate")
      .argument("<certificate>", "PEM; certificates between it and the root may follow")
      .addOption(roles),
  ).action(confirmed(async (file, options) => (await import("../key-ring.ts")).add(file, options)));
  const changes = {
    activate: "encrypt new objects to a key that was retiring",
    retire:
      "encrypt no new objects to a key (retiring); once more: its private key is not kept at hand any longer (retired)",
    revoke: "never again: the key may be in wrong hands, or is lost",
  } as const;
  for (const name of ["activate", "retire", "revoke"] as const)
    addKeyActing(
      key.command(name).description(changes[name]).argument("<key>", "id, or its first digits"),
    ).action(
      confirmed(async (named, options) => (await import("../key-ring.ts")).change(name, named, options)),
    );
}

/** The rule of two persons (docs/security.md) is the console's to keep; on the server it can be gone past. */
function addKeyActing(command: Command): Command {
  return addActing(command).option(
    "--alone",
    "where two persons have to want it: do it all the same; the audit log says so",
  );
}

/** `tapline key rotate`: a successor comes and its predecessor retires, in one step, while taps flow. */
function addKeyRotate(key: Command): void {
  addKeyActing(
    key
      .command("rotate")
      .description("encrypt new objects to a successor; old ones keep their key")
      .addOption(new Option("--role <role>", "whose key").choices(keyRoles).default("archive"))
      .option("--cert <file>", "the successor's certificate, made elsewhere; its private key stays there")
      .option(
        "--pki <dir>",
        "or a PKI folder that issues one: intermediate.crt and .key (default: npm start's)",
      ),
  ).action(confirmed(async (options) => (await import("../key-rotate.ts")).rotate(options)));
}

/** `tapline key map`: which keys open how much of the archive, and what would be gone without some of them. */
function addKeyMap(key: Command): void {
  key
    .command("map")
    .description("which keys open how much of the archive; with --lost: what would be gone without them")
    .option("--lost <keys...>", "keys that are lost: ids, or their first digits")
    .option("--json", "as JSON lines")
    .action(async (options) => (await import("../key-map.ts")).map(options));
}

/** `tapline key check`: whether the ring is believed, and what ends when. */
function addKeyCheck(key: Command): void {
  key
    .command("check")
    .description("whether the ring's keys are believed, and when certificates and revocation lists end")
    .addHelpText(
      "after",
      "\nReads the worker's settings (TAPLINE_TRUST, TAPLINE_SIGNER_CERT, TAPLINE_SIGNER_CHAIN, TAPLINE_INGEST_CERT, …); what is" +
        "\nnot set is looked for in the private folder's pki/." +
        "\nExit code 1: something ends within 30 days, has ended, cannot be read, or is not believed.",
    )
    .action(async () => (await import("../key-check.ts")).check());
}
