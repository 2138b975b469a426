import type { Code } from 'mdast';
import { quote, type Report } from './problem.ts';
import type { Part } from './yaml.ts';

/** The body of a step, with the offsets of the whole fence. */
export interface Fence extends Part {
  readonly at: number;
  readonly end: number;
}

const illustrate = 'illustrate with ```text';

/**
 * The step that this code block is, if it is one. `text` illustrates; every other language, none at all and indented blocks are
 * refused, because a reader could take them for something that runs.
 */
export function readFence(node: Code, text: string, wantsStep: boolean, report: Report): Fence | undefined {
  const at = node.position?.start.offset ?? 0;
  const end = node.position?.end.offset ?? text.length;
  const lines = text.slice(at, end).split('\n');
  const opening = /^(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1];
  if (opening === undefined) {
    report.add(at, 'an indented code block could be taken for commands', illustrate);
    return undefined;
  }
  // Markdown lets it run to the end of the document, over every step there.
  const closing = lines.length > 1 ? (lines.at(-1) ?? '').replace(/^[\s>]*/, '').trimEnd() : '';
  if (closing.length < opening.length || closing !== opening.charAt(0).repeat(closing.length)) {
    report.add(at, 'this fence is never closed', `close it with a line ${opening}`);
    return undefined;
  }
  const language = node.lang ?? '';
  if (language === 'text') return undefined;
  if (language !== 'yaml' || node.meta) {
    const info = [language, node.meta].filter(Boolean).join(' ');
    const what = info === '' ? 'a fence without a language' : `a fence of ${quote(info)}`;
    const yaml = wantsStep && /^ya?ml/i.test(language);
    report.add(at, `${what} could be taken for commands`, yaml ? 'a step is a fence of ```yaml' : illustrate);
    return undefined;
  }
  const base = at + (lines[0]?.length ?? 0) + 1;
  return { at, end, base, source: text.slice(base, Math.max(base, end - (lines.at(-1)?.length ?? 0))) };
}
