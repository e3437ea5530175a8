import type { Metadata } from "next";
import { Decisions } from "../../../features/noops/decisions.tsx";

export const metadata: Metadata = { title: "NoOps" };

export default function NoopsPage() {
  return <Decisions />;
}
