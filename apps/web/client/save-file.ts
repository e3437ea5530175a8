/** Has the browser keep a file, as a download of this page. */
export function saveFile(name: string, parts: BlobPart[], type: string): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Once it has been taken up.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
