import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJournal, readJournal, writeLine } from '../../src/record/line.ts';
import { journals } from './arbitrary-event.ts';
import { backupRun } from './canned-runs.ts';

const written = backupRun.map(writeLine).join('');

describe('a journal', () => {
  test('comes back as it was written, whatever text is in it', () => {
    fc.assert(
      fc.property(journals, (events) => {
        const text = events.map(writeLine).join('');
        expect(text.split('\n')).toHaveLength(events.length + 1);
        expect(readJournal(text)).toEqual({ events });
      }),
    );
  });

  test('cut off anywhere gives the events before the cut, and tells of the torn line', () => {
    fc.assert(
      fc.property(journals, fc.nat(), (events, at) => {
        const text = events.map(writeLine).join('');
        const cut = text.slice(0, at % (text.length + 1));
        const read = readJournal(cut);
        const whole = cut.split('\n').length - 1;
        const torn = cut.slice(cut.lastIndexOf('\n') + 1);
        expect(read).toEqual(
          torn === '' ? { events: events.slice(0, whole) } : { events: events.slice(0, whole), torn },
        );
      }),
    );
  });

  test('with a changed, lost or doubled line is refused, and the line is named', () => {
    fc.assert(
      fc.property(journals, fc.nat(), fc.constantFrom('drop', 'double', 'break', 'empty'), (events, at, how) => {
        fc.pre(events.length > 1);
        const lines = events.map(writeLine);
        const index = at % (events.length - 1);
        const line = lines[index] ?? '';
        const put = {
          drop: [],
          double: [line, line],
          break: [`${line.slice(0, at % (line.length - 1))}\n`],
          empty: ['\n'],
        };
        lines.splice(index, 1, ...put[how]);
        const read = readJournal(lines.join(''));
        expect(isJournal(read)).toBe(false);
        expect(read).toMatchObject({ found: expect.stringMatching(/ in line \d+$/) });
      }),
    );
  });

  test('that is a line longer than a pipe is one line', () => {
    const long = { seq: 1, at: 0, type: 'warned', step: 'copy', says: 'x\n'.repeat(100_000) } as const;
    expect(readJournal(writeLine(long))).toEqual({ events: [long] });
  });

  test('without any event is empty, not damaged', () => {
    expect(readJournal('')).toEqual({ events: [] });
  });

  test.each([
    ['of a newer format', 'newer', written.replace('{"v":1,"seq":3', '{"v":2,"seq":3'), 'format 2 in line 3'],
    ['of a run in a newer format', 'newer', written.replace('"format":1', '"format":7'), 'a run of format 7 in line 1'],
    [
      'of a run without a format',
      'damaged',
      written.replace('"format":1', '"form":1'),
      'a run-started whose `format` is missing or wrong in line 1',
    ],
    [
      'with an event it does not know',
      'newer',
      written.replace('"type":"lease-taken"', '"type":"lease-lent"'),
      'an event of type "lease-lent" in line 4',
    ],
    [
      'with an event named like a property of every object',
      'newer',
      written.replace('"type":"lease-taken"', '"type":"constructor"'),
      'an event of type "constructor" in line 4',
    ],
    [
      'with an event that lacks a field',
      'damaged',
      written.replace('"holder"', '"holders"'),
      'a lease-taken whose `holder` is missing or wrong in line 4',
    ],
    [
      'with a number twice',
      'damaged',
      written.replace('"seq":3', '"seq":2'),
      'event 2 in the place of event 3 in line 3',
    ],
    ['whose last line is damaged but whole', 'damaged', `${written.slice(0, -3)}\n`, 'no event in line 23'],
    ['that is another file', 'damaged', '#!/bin/sh\nexit 0\n', 'no event in line 1'],
  ])('%s is refused as %s, with the line', (_, unreadable, text, found) => {
    expect(readJournal(text)).toEqual({ unreadable, found });
  });
});
