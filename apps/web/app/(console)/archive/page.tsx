import type { Metadata } from "next";
import { Archive } from "../../../features/archive/archive.tsx";
import * as strings from "../../../strings/generated/app/archive/page.ts";

export const metadata: Metadata = { title: strings.segmentsArchive };

export default function ArchivePage() {
  return <Archive />;
}
