/**
 * Control (Cc), format with the bidi controls and zero-width characters (Cf), lone surrogates (Cs), the line and paragraph
 * separators, and everything else Unicode calls ignorable: what moves the cursor, changes the order or cannot be seen.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/**
 * The one function that makes text from outside fit for a terminal and the transcript (design §6.17). Nothing is dropped: an
 * escape sequence is shown as `\x1b[31m`, so a reader sees that somebody sent it. Calling it twice changes nothing.
 *
 * `multiline` keeps line feeds and tabs, and takes CR LF as a line feed; a lone CR would overwrite its line and is shown.
 */
export function safeText(text: string, options: { readonly multiline?: boolean } = {}): string {
  if (options.multiline !== true) return text.replace(unsafe, visible);
  return text
    .replaceAll('\r\n', '\n')
    .replace(unsafe, (character) => (character === '\n' || character === '\t' ? character : visible(character)));
}
