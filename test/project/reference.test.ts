import { describe, expect, it } from 'vitest';
import { generated, outOfDate, withBlock } from '../../tools/generate-docs.ts';

describe('generated documents', () => {
  it('say what the code says (npm run docs mends it)', () => {
    expect(outOfDate()).toEqual([]);
  });

  it('have a section for every action and every command', () => {
    const pages = generated();
    expect(pages['docs/reference/actions.md']).toContain('\n## restore.swap\n');
    expect(pages['docs/reference/command-line.md']).toContain('\n## galera-runbook runs repair <run>\n');
  });

  it('change only what is between the marks', () => {
    const text = 'a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n';
    expect(withBlock(text, 'x', 'new')).toBe('a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n');
    expect(() => withBlock(text, 'y', 'new')).toThrow('no block "y"');
  });
});
