import type { Metadata } from "next";
import { Replicas } from "../../../../features/noops/replicas.tsx";

export const metadata: Metadata = { title: "Replicas" };

export default function ReplicasPage() {
  return <Replicas />;
}
