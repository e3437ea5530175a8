import type { Metadata } from "next";
import { Archive } from "../../../features/archive/archive.tsx";

export const metadata: Metadata = { title: "Segments & archive" };

export default function ArchivePage() {
  return <Archive />;
}
