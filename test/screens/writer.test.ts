import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..', '..', 'src', 'screens');
const writes = /\.setState\(|\bstore\.setState\b/;

describe('the store', () => {
  it('has one writer', () => {
    const files = readdirSync(folder).filter((file) => writes.test(readFileSync(join(folder, file), 'utf8')));
    expect(files).toEqual(['writer.ts']);
  });

  it('would show another', () => {
    expect(writes.test('this.#store.setState({})')).toBe(true);
  });
});
