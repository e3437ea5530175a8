/** Files that the command reads and writes; relative paths are taken from where it is run. */
export interface RestorePaths {
  readonly object: string;
  readonly manifest: string;
  readonly signature: string;
  /** Root certificate and revocation lists, PEM. */
  readonly trust: string;
  /** The recipient's certificate and private key, PEM. */
  readonly cert: string;
  readonly key: string;
  /** Where the decrypted gzip file goes; appears only when all checks have passed. */
  readonly out: string;
  /** Time at which the certificates must be valid, ms since 1970; absent: now. */
  readonly atEpochMs?: number;
}

/**
 * One POSIX shell command line that verifies, decrypts and shows one archived object with openssl and coreutils
 * alone: signature of the manifest (chain and revocation lists), the object's name and digest against the manifest,
 * then decryption into `<out>.tmp`, which is renamed only when openssl has verified the tag: `openssl cms -decrypt`
 * writes plaintext before it knows. Stops at the first failure, with a status other than 0.
 */
export function restoreCommand(paths: RestorePaths): string {
  const { object, manifest, signature, trust, cert, key, out, atEpochMs } = paths;
  const name = object.slice(object.lastIndexOf("/") + 1);
  const at = atEpochMs === undefined ? "" : ` -attime ${Math.floor(atEpochMs / 1000)}`;
  const temporary = quote(`${out}.tmp`);
  const steps = [
    `openssl cms -verify -binary -inform DER -in ${quote(signature)} -content ${quote(manifest)}` +
      ` -CAfile ${quote(trust)} -crl_check_all${at} -purpose any -out /dev/null`,
    `grep -qF ${quote(`"objectName":"${name}"`)} ${quote(manifest)}`,
    `test "$(sha256sum < ${quote(object)} | cut -d ' ' -f 1)" =` +
      ` "$(grep -o '"objectSha256":"[0-9a-f]*"' ${quote(manifest)} | cut -d '"' -f 4)"`,
    `openssl cms -decrypt -binary -inform DER -in ${quote(object)} -recip ${quote(cert)}` +
      ` -inkey ${quote(key)} -out ${temporary}`,
    `mv ${temporary} ${quote(out)}`,
    `zcat ${quote(out)}`,
  ];
  return `(umask 077; trap ${quote(`rm -f ${temporary}`)} 0; trap 'exit 1' 1 2 15; ${steps.join(" && ")})`;
}

/** Quotes for a POSIX shell, where the text needs it. */
function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) && !text.startsWith("-")
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
