import type { Edge } from "./edge.ts";
import { insideEdges } from "./edges-inside.ts";
import { outwardEdges } from "./edges-outward.ts";

/**
 * Who calls whom in an installation, and how: all of it, for what is not here is denied. Made of what the code opens; a test
 * compares the two (apps/worker/src/edges.test.ts).
 */
export const edges: readonly Edge[] = [...insideEdges, ...outwardEdges];
