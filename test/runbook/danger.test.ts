import { describe, expect, test } from 'vitest';
import { accepted, document, donor, of } from './fixture.ts';

const swap = (callout: string[], ...more: string[]) => [
  '## Swap `swap`',
  '',
  ...callout,
  '',
  '```yaml',
  'do: restore.swap-back',
  ...more,
  '```',
  '',
];
const start = (callout: string[], ...more: string[]) =>
  swap(callout, ...more)
    .with(0, '## Start `start`')
    .map((line) => line.replace('restore.swap-back', 'galera.start'));

describe('a document cannot hide a danger', () => {
  test('what disrupts has a warning, or more, in its section', () => {
    expect(of(start(['> [!WARNING]', '> Down.']))).toEqual([]);
    expect(of(start(['> [!CAUTION]', '> Down.']))).toEqual([]);
    expect(of(start([]), '> [!WARNING]', '> Below the fence.')).toEqual([]);
    expect(of(start(['> [!IMPORTANT]', '> Down.']))).toEqual([
      '15:1: the step hides a danger: `galera.start` disrupts the service\n    say in its section what stops, under `> [!WARNING]`',
    ]);
  });

  test('what destroys has a caution in its section', () => {
    expect(of(swap(['> [!CAUTION]', '> Gone.']))).toEqual([]);
    const expected =
      '15:1: the step hides a danger: `restore.swap-back` destroys data\n' +
      '    say in its section what is lost, under `> [!CAUTION]`';
    expect(of(swap(['> [!WARNING]', '> Gone.']))).toEqual([expected]);
    expect(of(swap([]), '## Next', '', '> [!CAUTION]', '> Not in its section.')).toEqual([expected]);
  });

  test.each([
    [['> \\[!CAUTION]', '> Escaped: shown as text.'], []],
    [['> > [!CAUTION]', '> > Nested: shown as text.'], []],
    [['- > [!CAUTION]', '  > Nested: shown as text.'], []],
    [['[!CAUTION]', 'No quote.'], []],
    [['> Careful.', '> [!CAUTION]'], []],
    [['> [!CAUTION] Not alone.'], ["17:1: a callout's first line is `[!CAUTION]` alone"]],
    [['> [!CAUTION]'], ['17:1: the callout CAUTION has no text']],
    [['> [!CAUTOIN]', '> Typo.'], ['17:1: no callout is called `CAUTOIN`\n    did you mean `CAUTION`?']],
    [['> [!caution]', '> Small.'], ['17:1: no callout is called `caution`\n    did you mean `CAUTION`?']],
  ])('%j is no caution', (callout, more) => {
    expect(of(swap(callout))).toEqual([
      expect.stringContaining('15:1: the step hides a danger'),
      ...more.map((message) => expect.stringContaining(message)),
    ]);
  });

  test('a misspelt callout is refused wherever it stands', () => {
    expect(of(donor, '> [!HINT]', '> Text.')).toEqual([
      '21:1: no callout is called `HINT`\n    known: `NOTE`, `TIP`, `IMPORTANT`, `WARNING`, `CAUTION`',
    ]);
  });
});

describe('a gate', () => {
  test('may be raised', () => {
    expect(accepted(document(start(['> [!WARNING]', '> Down.'], 'gate: typed'))).steps[0]?.gate).toBe('typed');
    expect(accepted(document(swap(['> [!CAUTION]', '> Gone.'], 'gate: typed'))).steps[0]?.gate).toBe('typed');
    expect(of(start(['> [!WARNING]', '> Down.'], 'gate: yes-no'))).toEqual([]);
  });

  test('cannot be lowered', () => {
    expect(of(swap(['> [!CAUTION]', '> Gone.'], 'gate: yes-no'))).toEqual([
      '22:7: the gate of `restore.swap-back` cannot be lowered\n    delete it: the gate is `typed`',
    ]);
  });
});
