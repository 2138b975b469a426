import { describe, expect, it } from 'vitest';
import { KeyReader, type Pressed } from '../../src/screens/key-reader.ts';

const names = (pressed: readonly Pressed[]) =>
  pressed.map((each) => ('key' in each ? each.key : `paste of ${each.pasted}`));

describe('keys of a terminal', () => {
  it.each([
    ['a letter', 'y', ['y']],
    ['enter', '\r', ['enter']],
    ['an arrow', '\u001b[A', ['up']],
    ['an arrow in application mode', '\u001bOB', ['down']],
    ['page up', '\u001b[5~', ['pgup']],
    ['backspace', '\u007f', ['backspace']],
    ['delete, which means nothing', '\u001b[3~', []],
    ['alt and y, which is no y', '\u001by', []],
    ['a mouse report', '\u001b[<0;1;1M', []],
    ['a wide character', '語', ['語']],
    ['a paste', '\u001b[200~openstack/lab\r\u001b[201~', ['paste of 14']],
  ])('%s', (_what, bytes, expected) => {
    expect(names(new KeyReader().read(bytes, 0))).toEqual(expected);
  });

  it('are alone, or in one piece with others', () => {
    const reader = new KeyReader();
    expect(reader.read('y', 0)).toEqual([{ key: 'y', alone: true, hasty: false, at: 0, repeated: false }]);
    expect(reader.read('\u001b[By', 5000).map((each) => 'alone' in each && each.alone)).toEqual([false, false]);
  });

  it('are hasty when they come sooner after another than a person types', () => {
    const reader = new KeyReader();
    const hasty = (bytes: string, at: number) => reader.read(bytes, at).map((each) => 'hasty' in each && each.hasty);
    expect([hasty('a', 0), hasty('b', 1), hasty('c', 16), hasty('\u001b[A', 30), hasty('de', 60)].flat()).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
    reader.read('\u001b[200~x\u001b[201~', 100);
    expect(hasty('y', 101)).toEqual([true]);
  });

  it('are repeated when the same comes again within a second', () => {
    const reader = new KeyReader();
    const repeated = (at: number) => reader.read('y', at).map((each) => 'repeated' in each && each.repeated);
    expect([repeated(0), repeated(600), repeated(1500), repeated(2600)].flat()).toEqual([false, true, true, false]);
  });

  it('wait for the rest of a sequence that was torn', () => {
    const reader = new KeyReader();
    expect(reader.read('\u001b', 0)).toEqual([]);
    expect(reader.waits).toBe(true);
    expect(names(reader.read('[A', 1))).toEqual(['up']);
  });

  it('take escape for itself once nothing followed', () => {
    const reader = new KeyReader();
    reader.read('\u001b', 0);
    expect(names(reader.flush(30))).toEqual(['esc']);
    expect(reader.flush(60)).toEqual([]);
  });

  it('are nothing within a paste that comes in pieces', () => {
    const reader = new KeyReader();
    expect(reader.read('\u001b[200~y', 0)).toEqual([]);
    expect(reader.read('\r\u001b[A', 0)).toEqual([]);
    expect(names(reader.read('\u001b[201~', 0))).toEqual(['paste of 5']);
    expect(names(reader.read('y', 0))).toEqual(['y']);
  });
});
