import type { Metadata } from "next";
import { Agents } from "../../../features/agents/agents.tsx";
import * as strings from "../../../strings/generated/app/agents/page.ts";

export const metadata: Metadata = { title: strings.readersAgents };

export default function AgentsPage() {
  return <Agents />;
}
