import { safeText } from '../base/safe-text.ts';

/**
 * Text from outside as one line of Markdown that shows exactly that text: no markup, table, HTML or formula comes of it. It must not
 * stand at the start of a line, where digits and dashes would make a list.
 */
export function plain(text: string): string {
  return safeText(text)
    .replaceAll(/[\\`*[\]<&|~$]/g, '\\$&')
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** The same as inline code, whatever backticks it holds. For names, hashes and commands. */
export function code(text: string): string {
  const safe = safeText(text);
  const fence = '`'.repeat(longestRun(safe) + 1);
  if (safe.trim() === '') return '(empty)';
  const pad = safe.startsWith('`') || safe.endsWith('`') || (safe.startsWith(' ') && safe.endsWith(' ')) ? ' ' : '';
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Lines as they were shown, as a fenced block that nothing in them can close. */
export function block(lines: readonly string[], indent: string): string[] {
  const safe = lines.flatMap((line) => safeText(line, { multiline: true }).split('\n'));
  const fence = '`'.repeat(Math.max(3, ...safe.map((line) => longestRun(line) + 1)));
  return [`${fence}text`, ...safe, fence].map((line) => `${indent}${line}`.trimEnd());
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
