/** The agent as `npm start` forks it; `tapline-agent run` does the same. */
import { runAgent } from "./run-agent.ts";

runAgent();
