// Imported first by every command: an older Node must hear a clear sentence, not a syntax error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Tapline needs Node 20.19 or newer to set itself up; this is Node ${process.versions.node}. ` +
      "Install a newer one (nodejs.org or your system's packages) and run the command again.\n",
  );
  process.exit(1);
}
