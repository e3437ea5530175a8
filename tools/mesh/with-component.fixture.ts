import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Manifest } from "./manifest.ts";
import { render } from "./render.ts";

const istio = join(import.meta.dirname, "../../istio");

/**
 * What folders of istio/ make with a component more, as an overlay of a platform team has it.
 * @param look is shown that overlay's folder, which is gone afterwards
 */
export function withComponent(
  folders: readonly string[],
  component: string,
  look: (folder: string) => void = () => undefined,
): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), "tapline-overlay-"));
  const to = (path: string) => relative(folder, join(istio, path));
  try {
    const head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    const text = `${head}resources: [${folders.map(to).join(", ")}]\ncomponents: [${to(component)}]\n`;
    writeFileSync(join(folder, "kustomization.yaml"), text);
    look(folder);
    return render(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
