import * as fc from 'fast-check';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import { safeText } from '../../src/base/safe-text.ts';
import { block, code, plain } from '../../src/record/markdown.ts';
import { transcript } from '../../src/record/transcript.ts';
import { journals } from './arbitrary-event.ts';
import { backupRun, failedRun, restoreRun } from './canned-runs.ts';

const parse = (text: string) => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

function all(node: Nodes): Nodes[] {
  return ['children' in node ? node.children.flatMap((child) => all(child as Nodes)) : [], node].flat();
}

function textOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value;
  return 'children' in node ? node.children.map((child) => textOf(child as Nodes)).join('') : '';
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '|',
        '*',
        '_',
        '[',
        '](x)',
        '<b>',
        '&amp;',
        '~~',
        '\\',
        '$',
        '\n',
        '#',
        '!',
        'a',
        ' ',
        '-->',
        '\u202e',
        '\x1b[2J',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('text from outside', () => {
  test('is shown as it is and makes no markup', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const tree = parse(`says ${plain(text)} end`);
        // A bare address may become a link to itself; it reads the same.
        expect(all(tree).every(({ type }) => ['root', 'paragraph', 'text', 'link'].includes(type))).toBe(true);
        expect(textOf(tree)).toBe(`says ${safeText(text)} end`);
      }),
    );
  });

  test('cannot end inline code', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        fc.pre(safeText(text).trim() !== '');
        const tree = parse(`says ${code(text)} end`);
        expect(all(tree).map(({ type }) => type)).toEqual(['text', 'inlineCode', 'text', 'paragraph', 'root']);
        expect(textOf(tree)).toBe(`says ${safeText(text)} end`);
      }),
    );
  });

  test('cannot end a block', () => {
    fc.assert(
      fc.property(fc.array(nasty), (lines) => {
        const tree = parse(['- item', '', ...block(lines, '  '), '', '- last'].join('\n'));
        expect(tree.children.map(({ type }) => type)).toEqual(['list']);
        expect(all(tree).filter(({ type }) => type === 'code')).toHaveLength(1);
        expect(all(tree).filter(({ type }) => type === 'listItem')).toHaveLength(2);
      }),
    );
  });
});

describe('a transcript', () => {
  test.each([
    ['backup', backupRun],
    ['restore', restoreRun],
    ['failed', failedRun],
  ])('of a %s run reads like this', async (name, events) => {
    await expect(transcript(events)).toMatchFileSnapshot(`golden/transcript-${name}.txt`);
  });

  test('has no control character and keeps its outline, whatever the events hold', () => {
    fc.assert(
      fc.property(journals, (events) => {
        const text = transcript(events);
        expect(safeText(text, { multiline: true })).toBe(text);
        const tree = parse(text);
        const headings = tree.children.filter((node) => node.type === 'heading' && node.depth <= 2);
        expect(headings.map((node) => textOf(node as Nodes))).toEqual([
          'Transcript of run q8d4w6',
          'Who, where, when',
          'Parameters',
          'Plan',
          'What happened',
          'At the end',
        ]);
        expect(all(tree).some(({ type }) => type === 'html' || type === 'table' || type === 'image')).toBe(false);
      }),
    );
  });

  test('ends with the command that pays when something is owed', () => {
    expect(transcript(failedRun).trimEnd().endsWith('- to pay: `galera-runbook runs repair n5g1s7`')).toBe(true);
  });

  test('of a journal that holds no plan says so', () => {
    expect(transcript([])).toContain('never started');
  });
});
