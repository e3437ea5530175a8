import { connect } from "node:net";

/**
 * Whether the PC/SC daemon takes connections: nfc-pcsc spins for ever where it does not.
 * @returns why not, for people with a remedy; null where it does, or where this system has no such socket
 */
export function probeDaemon(
  socketPath: string,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> {
  if (platform !== "linux") return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (why: string | null) => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(2000, () => end(`the PC/SC daemon does not answer at ${socketPath}; restart pcscd`));
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const isDenied = error.code === "EACCES";
      const remedy = isDenied
        ? "let this user use it"
        : "install and start pcscd (Debian: apt-get install pcscd, systemctl enable --now pcscd.socket)";
      end(`no PC/SC daemon at ${socketPath} (${error.code ?? error.message}); ${remedy}`);
    });
  });
}
