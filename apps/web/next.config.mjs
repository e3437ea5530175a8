import { fileURLToPath } from "node:url";

/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  transpilePackages: ["@tapline/core"],
  turbopack: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    // Pages check the audit log by core's own code, which asks node:crypto for hashes and signatures.
    resolveAlias: {
      "next/dist/compiled/crypto-browserify": {
        browser: "../../packages/core/adapters/src/browser-crypto/without-certificates.cjs",
      },
    },
  },
};
