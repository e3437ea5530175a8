import type { Metadata } from "next";
import { Decisions } from "../../../features/noops/decisions.tsx";
import * as strings from "../../../strings/generated/app/noops/page.ts";

export const metadata: Metadata = { title: strings.noOps };

export default function NoopsPage() {
  return <Decisions />;
}
