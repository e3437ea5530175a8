// The import rules of the house (ARCHITECTURE.md): each has a test that plants a fault and sees it found.

/** A room imports only rooms to its left; reading left to right is reading the way of a tap. */
const rooms = [
  ...["kernel", "audit", "tap", "telemetry", "buffer", "validation", "encryption", "transfer", "kpi"],
  ...["alerts", "balance", "rollout", "noops"],
];

const core = "^packages/core/src/";
const adapters = "^packages/core/adapters/";
const telemetry = "^packages/telemetry/";
/** Tests and their helpers may reach where the code beside them may not. */
const testFiles = "\\.(test|fixture)\\.tsx?$";

const roomOrder = rooms.slice(0, -1).map((room, index) => ({
  name: "core-room-order",
  comment: `the core room "${room}" may import only: ${rooms.slice(0, index).join(", ") || "nothing of core"}`,
  severity: "error",
  from: { path: `${core}${room}/` },
  to: { path: `${core}(${rooms.slice(index + 1).join("|")})/` },
}));

function forbid(name, comment, from, to) {
  return { name, comment, severity: "error", from, to };
}

export default {
  forbidden: [
    ...roomOrder,
    forbid(
      "core-known-room",
      "every folder of core is a room with a place in the order of .dependency-cruiser.mjs",
      {},
      { path: core, pathNot: `${core}(${rooms.join("|")})/` },
    ),
    forbid(
      "core-one-door",
      "a room of core is entered by its index.ts alone",
      { path: "^packages/core/src/([^/]+)/", pathNot: testFiles },
      { path: core, pathNot: [`${core}$1/`, "/index\\.ts$"] },
    ),
    forbid(
      "core-one-door",
      "a room of core is entered by its index.ts alone",
      { pathNot: [core, testFiles] },
      { path: core, pathNot: "/index\\.ts$" },
    ),
    forbid(
      "core-without-io",
      "core uses node:crypto, and nothing else of Node",
      { path: core, pathNot: [testFiles, "/test-[^/]+\\.ts$"] },
      { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    ),
    forbid(
      "core-without-io",
      "core uses zod, codecs and CEL, and no other package",
      { path: core, pathNot: [testFiles, "/test-[^/]+\\.ts$"] },
      {
        path: "node_modules/",
        pathNot:
          "node_modules/(@bufbuild/(cel|protobuf)/|@peculiar/|@types/|asn1js/|canonicalize/|cborg/|reflect-metadata/|uqr/|zod/)",
      },
    ),
    forbid("packages-without-apps", "packages never import apps", { path: "^packages/" }, { path: "^apps/" }),
    forbid(
      "core-without-adapters",
      "core imports neither adapters nor telemetry",
      { path: core },
      { path: [adapters, telemetry] },
    ),
    forbid(
      "telemetry-on-core",
      "telemetry serves every app, the agent too: of ours it imports core alone",
      { path: telemetry },
      { path: adapters },
    ),
    forbid(
      "apps-apart",
      "apps never import each other",
      { path: "^apps/([^/]+)/" },
      { path: "^apps/", pathNot: "^apps/$1/" },
    ),
    forbid(
      "agent-without-adapters",
      "the agent runs on reader PCs: beside core and telemetry it imports no package of ours",
      { path: "^apps/nfc-agent/" },
      { path: adapters },
    ),
    forbid(
      "tools-apart",
      "tools start apps as processes and import core alone",
      { path: "^tools/" },
      { path: ["^apps/", "^bench/", adapters] },
    ),
    forbid(
      "benches-apart",
      "benches start apps as processes; they may measure core and adapters",
      { path: "^bench/" },
      { path: "^apps/" },
    ),
    forbid(
      "features-apart",
      "features of the console do not import each other",
      { path: "^apps/web/features/([^/]+)/" },
      { path: "^apps/web/features/", pathNot: "^apps/web/features/$1/" },
    ),
    forbid(
      "browser-without-secrets",
      "what runs in a browser reaches neither the server's code nor the rooms that hold keys",
      { path: "^apps/web/(features|ui|client|theme|contracts)/", pathNot: testFiles },
      {
        path: ["^apps/web/server/", adapters, `${core}(encryption|validation|transfer|buffer)/`],
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "pages-without-core",
      "pages know core's types alone: a value would bring the schemas of its whole room; what checks the log is loaded when it is asked for",
      {
        path: "^apps/web/(features|ui|client|theme|contracts)/",
        pathNot: [testFiles, "^apps/web/features/audit/check-log\\.ts$"],
      },
      { path: core, dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "adapters-at-the-rim",
      "only wire/ (worker) and server/ (web) import adapters; others are handed what they need",
      {
        path: "^apps/",
        pathNot: ["^apps/worker/src/wire/", "^apps/web/server/", testFiles],
      },
      { path: adapters, dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "command-line-loads-late",
      "what a command does is imported once it is known which one it is: help and refused arguments cost nothing of it",
      { path: "^apps/worker/src/cli/(program/|main\\.ts$)", pathNot: testFiles },
      {
        ...{ dynamic: false, dependencyTypesNot: ["type-only"] },
        pathNot: ["^apps/worker/src/cli/program/", "node_modules/commander/"],
      },
    ),
    forbid("no-circles", "imports go one way", {}, { circular: true }),
    forbid("resolvable", "every import leads somewhere", {}, { couldNotResolve: true }),
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["/generated/", "\\.next/", "\\.css$"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
