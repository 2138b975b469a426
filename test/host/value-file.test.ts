import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ValueFile } from '../../src/host/value-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galera-runbook-value-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a value is there again, folders are made for it, and no partial file is left', () => {
  const file = new ValueFile(join(folder, 'a', 'b', 'value.json'));
  expect(file.read('remove it')).toBeUndefined();
  file.write({ one: [1, 2] });
  file.write({ one: [3] });
  expect(new ValueFile(file.path).read('remove it')).toEqual({ one: [3] });
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['value.json']);
});

test('what another process has written since is not written over, unless it is begun anew', () => {
  const [mine, other] = [new ValueFile(join(folder, 'value.json')), new ValueFile(join(folder, 'value.json'))];
  mine.write(1);
  expect(other.read('remove it')).toBe(1);
  mine.write(2);
  expect(() => other.write(3)).toThrow('another process has written it since');
  expect(mine.read('remove it')).toBe(2);
  other.write(4, { anew: true });
  expect(() => mine.write(5)).toThrow('another process');
  expect(mine.read('remove it')).toBe(4);
});

test('what is no JSON is told with its path, and a folder that cannot be made too', () => {
  const file = new ValueFile(join(folder, 'value.json'));
  writeFileSync(file.path, '{"one":');
  expect(() => file.read('remove it')).toThrow(file.path);
  expect(() => new ValueFile(join(file.path, 'below', 'value.json')).write(1)).toThrow('ENOTDIR');
  expect(existsSync(file.path)).toBe(true);
});
