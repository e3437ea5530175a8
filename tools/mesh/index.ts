export { judge } from "./judge.ts";
export { type Manifest, nameOf, valueAt } from "./manifest.ts";
export { readManifests, render } from "./render.ts";
