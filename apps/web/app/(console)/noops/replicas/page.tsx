import type { Metadata } from "next";
import { Replicas } from "../../../../features/noops/replicas.tsx";
import * as strings from "../../../../strings/generated/app/noops/replicas/page.ts";

export const metadata: Metadata = { title: strings.replicas };

export default function ReplicasPage() {
  return <Replicas />;
}
