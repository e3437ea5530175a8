import { TaplineError } from "@tapline/core/kernel";
import { requiresPcsc } from "../config.ts";
import { findPcscParts } from "./pcsc-parts.ts";

/**
 * For `describe.skipIf`: what of virtual PC/SC readers is missing on this machine, said on stderr, or null where all is
 * there. @throws unavailable where TAPLINE_REQUIRE_PCSC=1 asks for them
 */
export async function missingPcsc(): Promise<string | null> {
  const parts = await findPcscParts();
  if (!("missing" in parts)) return null;
  if (requiresPcsc())
    throw new TaplineError("unavailable", parts.missing, { remedy: "or unset TAPLINE_REQUIRE_PCSC" });
  process.stderr.write(`[test servers] skipping *.pcscd.test.ts: ${parts.missing}\n`);
  return parts.missing;
}
