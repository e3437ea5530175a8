import { Copied } from "./copied.tsx";

/** Codes that each sign in once in place of the app; shown once. */
export function BackupCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div className="space-y-3">
      <p>
        Each of these codes signs you in once where the app is not at hand. Keep them where the app is not.{" "}
        <span className="font-medium text-warning">▲ They are not shown again.</span>
      </p>
      <ul
        aria-label="Backup codes"
        className="grid grid-cols-2 gap-1 rounded-md border border-line bg-raised px-3 py-2 font-mono text-xs"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Copied label="All of them" text={codes.join(" ")} />
    </div>
  );
}
