import { expect, test } from "vitest";
import { type ArchiveView, archiveAddress, refusedAddress } from "./view.ts";

test("an address holds the whole view, and what it names wrongly is as usual", () => {
  const view: ArchiveView = {
    state: "lacking",
    ...{ site: "north", target: "off-site", text: "2026/11" },
    open: "segment/0199",
  };
  const address = archiveAddress.write(view);
  expect(archiveAddress.read(new URLSearchParams(address))).toEqual(view);
  const usual = archiveAddress.read(new URLSearchParams("show=nothing&open=elsewhere"));
  expect(usual).toEqual({ state: "all", site: null, target: null, text: "", open: null });
  expect(archiveAddress.write(usual)).toBe("");
  const refused = { reason: "schema", site: null, agent: "gate-1", open: "gate-1/1/7" };
  expect(refusedAddress.read(new URLSearchParams(refusedAddress.write(refused)))).toEqual(refused);
});
