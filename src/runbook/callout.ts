import type { Blockquote } from 'mdast';
import { quote, type Report, suggest } from './problem.ts';

/** GitHub's five; the last two are what `disrupts` and `destroys` ask for. */
const callouts = ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'] as const;
export type Callout = (typeof callouts)[number];

/**
 * The callout that this quote is, if it is one. Read from the source, not from the parsed text: `\[!CAUTION]` parses to the same text
 * and is shown as an ordinary quote.
 */
export function readCallout(node: Blockquote, shown: string, text: string, report: Report): Callout | undefined {
  const at = node.position?.start.offset ?? 0;
  const firstLine = (text.slice(at, node.position?.end.offset).split('\n')[0] ?? '').replace(/^>[ \t]?/, '').trim();
  const written = /^\[!([^\]]*)\]?/.exec(firstLine);
  if (!written || node.children[0]?.type !== 'paragraph') return undefined;
  const callout = callouts.find((known) => firstLine === `[!${known}]`);
  if (!callout) {
    const name = written[1] ?? '';
    const alone = callouts.some((known) => known === name);
    report.add(
      at,
      alone ? `a callout's first line is ${quote(`[!${name}]`)} alone` : `no callout is called ${quote(name)}`,
      alone ? 'write its text on the next line, after `> `' : suggest(name, callouts),
    );
    return undefined;
  }
  if (shown.trim() === `[!${callout}]`) {
    report.add(at, `the callout ${callout} has no text`, 'say below it, after `> `, what the reader must know');
    return undefined;
  }
  return callout;
}
