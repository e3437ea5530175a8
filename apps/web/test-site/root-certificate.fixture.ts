import { execFileSync } from "node:child_process";

/** A root certificate as agents would know a door by, in PEM; nobody has its key. */
export function makeRootCertificate(): string {
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  return execFileSync("openssl", [...kind, "-days", "1", "-subj", "/CN=root", "-keyout", "/dev/null"], {
    encoding: "utf8",
    stdio: "pipe",
  });
}
