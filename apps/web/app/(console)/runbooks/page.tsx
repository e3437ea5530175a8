import type { Metadata } from "next";
import { Runbooks } from "../../../features/runbooks/runbooks.tsx";
import * as strings from "../../../strings/generated/app/runbooks/page.ts";

export const metadata: Metadata = { title: strings.runbooks };

export default function RunbooksPage() {
  return <Runbooks />;
}
