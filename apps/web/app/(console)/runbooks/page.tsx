import type { Metadata } from "next";
import { Runbooks } from "../../../features/runbooks/runbooks.tsx";

export const metadata: Metadata = { title: "Runbooks" };

export default function RunbooksPage() {
  return <Runbooks />;
}
