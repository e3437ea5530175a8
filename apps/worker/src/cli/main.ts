import { taplineProgram } from "./program/tapline.ts";

/** The command `tapline`. */

// Who reads along may have seen enough (`| head`); the command does its work all the same.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  await taplineProgram().parseAsync();
} catch (error) {
  const { tellError } = await import("./tell-error.ts");
  tellError(error);
}
