/** A page that stands alone: no scripts, nothing from elsewhere. `body` and `head` are HTML. */
export function barePage(
  nonce: string,
  { title, body, head = "" }: { title: string; body: string; head?: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}<title>${escapeHtml(title)} · Tapline</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f4f5f6, #14171a); color: light-dark(#1b1f23, #e6e9ec); }
main { max-width: 34rem; padding: 2rem; border-left: 4px solid light-dark(#a4161a, #ff8f8f); }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; }
button { font: inherit; padding: .5rem 1rem; margin-top: 1rem; }
</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
