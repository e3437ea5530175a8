export { type Manifest, nameOf, valueAt } from "./manifest.ts";
export { readManifests, render } from "./render.ts";
