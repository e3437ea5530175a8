import { readSiteStatement, type SiteStatement } from "@tapline/core/transfer";
import { balanceSite } from "../jobs/state-sites.ts";
import { openSites } from "../wire/commands/care.ts";
import { findStores } from "./find-stores.ts";
import { type VerifyOptions, verifyStatement } from "./verify-statement.ts";

export async function list({ day, json }: { readonly day: string; readonly json?: boolean }): Promise<void> {
  const opened = openSites((await findStores()).databaseUrl);
  try {
    const stated = await opened.sites.stated(day);
    const names = new Set((await opened.sites.agentsOn(day, null)).map(({ site }) => site));
    const found = [];
    for (const site of names) {
      const { statement } = await balanceSite({ site, day }, { ...opened, clock: Date.now });
      found.push({ ...statement, stated: stated.has(site) });
    }
    const lines = found.map((one) => `${balanceLine(one)}${one.stated ? "" : "; not stated yet"}`);
    process.stdout.write(
      `${json === true ? JSON.stringify(found) : lines.join("\n") || "no agent was there"}\n`,
    );
  } finally {
    await opened.close();
  }
}

export async function verify(file: string, options: VerifyOptions): Promise<void> {
  const statement = await verifyStatement(file, options, readSiteStatement, balanceLine);
  if (!statement.balanced) process.exitCode = 2;
}

/** A site's day in one line. */
function balanceLine(statement: SiteStatement): string {
  const { site, day, balanced, tapped, archived, duplicates, quarantined, pending, unjudged, missing } =
    statement;
  const rest = [
    ...(unjudged === 0 ? [] : [`${unjudged} from before the ledger, not known`]),
    ...(missing === 0 ? [] : [`${missing} missing`]),
  ];
  const sum = `${tapped} tapped = ${archived} archived + ${duplicates} duplicates + ${quarantined} quarantined + ${pending} pending`;
  return `site ${site}, ${day} (UTC): ${balanced ? sum : `NOT balanced: ${[sum, ...rest].join(" + ")}`}`;
}
