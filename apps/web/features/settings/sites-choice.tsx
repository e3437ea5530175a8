"use client";

import * as strings from "../../strings/generated/settings/sites-choice.ts";
import { Choice } from "../../ui/choice.tsx";

/** `null`: the whole installation. */
export type Sites = readonly string[] | null;

/** Whether somebody sees the whole installation or some of its sites, and which; says how many that will be. */
export function SitesChoice({
  all,
  sites,
  onSites,
}: {
  /** What may be chosen among. */
  all: readonly string[];
  /** `null`: the whole installation. */
  sites: Sites;
  onSites: (sites: Sites) => void;
}) {
  return (
    <div className="space-y-3">
      <Choice
        legend={strings.sees}
        name="scope"
        options={[
          { label: strings.theWholeInstallation, value: "whole" },
          { label: strings.someSites, value: "sites" },
        ]}
        value={sites === null ? "whole" : "sites"}
        onChange={(scope) => onSites(scope === "whole" ? null : [])}
      />
      {sites === null ? null : (
        <fieldset>
          <legend className="mb-1.5 text-sm font-medium">{strings.sites}</legend>
          <div className="grid max-h-48 gap-1.5 overflow-y-auto text-sm">
            {all.map((site) => (
              <label key={site} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  checked={sites.includes(site)}
                  onChange={({ target: { checked } }) =>
                    onSites(checked ? [...sites, site] : sites.filter((one) => one !== site))
                  }
                />
                {site}
              </label>
            ))}
          </div>
          <p className="mt-2 text-sm text-ink-soft">
            {strings.willSeeSitesOfAll({ sites: sites.length, all: all.length })}
          </p>
        </fieldset>
      )}
    </div>
  );
}

/** What is seen of the installation, where that is not the whole. */
export const sitesNamed = (sites: readonly string[]): string =>
  sites.length === 0 ? strings.noSite : sites.join(", ");

/** True where both are the same, in whatever order. */
export const sameSites = (one: Sites, other: Sites): boolean =>
  one === null || other === null
    ? one === other
    : one.length === other.length && one.every((site) => other.includes(site));
