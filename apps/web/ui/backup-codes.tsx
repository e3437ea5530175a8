import * as strings from "../strings/generated/ui/backup-codes.ts";
import { rich } from "../strings/rich.tsx";
import { Copied } from "./copied.tsx";

/** Codes that each sign in once in place of the app; shown once. */
export function BackupCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div className="space-y-3">
      <p>
        {rich(strings.eachOfTheseCodesSigns, {
          b: (words) => <span className="font-medium text-warning">{words}</span>,
        })}
      </p>
      <ul
        aria-label={strings.backupCodes}
        className="grid grid-cols-2 gap-1 rounded-md border border-line bg-raised px-3 py-2 font-mono text-xs"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Copied label={strings.allOfThem} text={codes.join(" ")} />
    </div>
  );
}
