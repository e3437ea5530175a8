import { writeFile } from "node:fs/promises";
import type { TlogProof } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { formatTapProof, proofSlip, type SlipForm, slipForms } from "@tapline/core/transfer";
import { type ProofParts, proveTap, type WantedTap } from "../care/prove-tap.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { openProofs } from "../wire/commands/proofs.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

interface Options extends PlaceOptions {
  readonly epoch?: number;
  readonly out?: string;
  readonly slip?: string;
  readonly trust?: string;
  readonly index: boolean;
  readonly log?: string;
}

/** `tapline prove tap`: one small file that proves to anybody that a tap is archived. */
export async function writeProof(tracker: string, seq: number, options: Options): Promise<void> {
  if (options.slip !== undefined) slipForm(options.slip);
  const tap: WantedTap = {
    ...{ tracker, seq },
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
  };
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trustPem = [await readTrust(options.trust, dataDir)];
  const places = await placesOf(options, dataDir);
  const stores = options.index ? openProofs((await findStores()).databaseUrl, options.log) : null;
  const { reader, close } = openArchives(places);
  try {
    const parts: ProofParts = {
      archive: reader,
      trust: { trust: { rootPems: trustPem, crlPems: trustPem } },
      findSegment: stores?.findSegment ?? null,
      proveSegment: stores?.proveSegment ?? noLog,
      onPassed: passedTeller(),
    };
    const proof = await proveTap(tap, parts);
    if (proof.log === null)
      process.stderr.write(
        "the audit log's part is missing: it is not at hand, or has not got so far; try again in a second\n",
      );
    const bytes = formatTapProof(proof);
    if (options.slip !== undefined)
      await writeFile(options.slip, proofSlip(proof, slipForm(options.slip)), { flag: "wx" });
    if (options.out !== undefined) await writeFile(options.out, bytes, { flag: "wx" });
    else if (options.slip === undefined) process.stdout.write(`${bytes.toString("utf8")}\n`);
  } finally {
    await Promise.allSettled([close(), stores?.close()]);
  }
}

/** By the file's name. @throws TaplineError `invalid-input` */
function slipForm(file: string): SlipForm {
  const form = slipForms.find((one) => file.endsWith(`.${one}`));
  if (form !== undefined) return form;
  throw new TaplineError("invalid-input", `${file} is neither a page nor a drawing`, {
    remedy: `let the slip's name end in ${slipForms.map((one) => `.${one}`).join(" or ")}`,
  });
}

const noLog = (): Promise<TlogProof | null> => Promise.resolve(null);

/** A search may take long: who looks on is told how far it has come. */
function passedTeller(): () => void {
  let [passed, saidAt] = [0, Date.now()];
  return () => {
    passed += 1;
    if (!process.stderr.isTTY || Date.now() - saidAt < 1_000) return;
    saidAt = Date.now();
    process.stderr.write(`${passed} segments looked at\n`);
  };
}
