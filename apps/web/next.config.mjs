import { fileURLToPath } from "node:url";

/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  transpilePackages: ["@tapline/core"],
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
};
