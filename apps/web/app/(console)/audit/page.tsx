import type { Metadata } from "next";
import { Audit } from "../../../features/audit/audit.tsx";
import * as strings from "../../../strings/generated/app/audit/page.ts";

export const metadata: Metadata = { title: strings.audit };

export default function AuditPage() {
  return <Audit />;
}
