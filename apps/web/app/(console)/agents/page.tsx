import type { Metadata } from "next";
import { Agents } from "../../../features/agents/agents.tsx";

export const metadata: Metadata = { title: "Readers & agents" };

export default function AgentsPage() {
  return <Agents />;
}
