import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { accepted, actions, document, donor, parse } from './fixture.ts';

const valid = document(donor, [
  '## Stop it `stop`',
  '',
  '> [!WARNING]',
  '> Down.',
  '',
  '```yaml',
  'do: statefulset.stop',
  'gate: typed',
  'when: {$keep: true}',
  'timeout: 5m',
  '```',
  '',
  '## Swap it `swap`',
  '',
  '> [!CAUTION]',
  '> Gone.',
  '',
  '```yaml',
  'do: restore.swap',
  'with:',
  '  prepared: $donor.member',
  '  keep-current-data: $keep',
  '```',
  '',
  '## Start it `start`',
  '',
  '> [!WARNING]',
  '> Careful.',
  '',
  '```yaml',
  'do: galera.start',
  'pays: stop',
  'when: {$keep: true}',
  'gate: typed',
  '```',
]);

/** What the operator is asked, in the order of the steps: the worse of what the action needs and what the document adds. */
function gates({ steps, rollback }: Runbook): string[] {
  return [...steps, ...rollback].map(({ action, gate }) => {
    const danger = actions.get(action)?.danger ?? 'unknown';
    return `${action} ${danger === 'destroys' ? 'typed' : (gate ?? (danger === 'disrupts' ? 'yes-no' : 'none'))}`;
  });
}

const asked = gates(accepted(valid));

/** Refused with at least one problem, each inside the text; or accepted. Gives what was accepted. */
function judge(source: string | Uint8Array): Runbook | undefined {
  const result = parse(source);
  if ('runbook' in result) return result.runbook;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const lines = text.replace(/^\ufeff/, '').split('\n');
  expect(result.problems.length).toBeGreaterThan(0);
  for (const { line, column, message } of result.problems) {
    expect(message).not.toMatch(/\n|undefined|\[object/);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
  }
  return undefined;
}

function expectSameGates(text: string): void {
  const runbook = judge(text);
  if (runbook) expect(gates(runbook), JSON.stringify(text)).toEqual(asked);
}

const fragment = fc.constantFrom(
  ...[
    '\n',
    '\n\n',
    '---\n',
    '# Test\n',
    '## A `a`\n',
    '### B `b`\n',
    '## Back `rollback`\n',
    '```yaml\n',
    '```\n',
    '```text\n',
    '~~~\n',
  ],
  ...[
    'do: restore.swap\n',
    'check: galera.quorum\n',
    'wait: ',
    'with:\n',
    '  a: $a.b\n',
    'pays: [a, b]\n',
    'when: {$kind: full}\n',
  ],
  ...[
    '> [!CAUTION]\n',
    '> ',
    '- ',
    '    ',
    '\t',
    '<!-- ',
    '-->',
    '[a]: b\n',
    '&a ',
    '*a',
    '!!str ',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '#',
    '"',
    "'",
  ],
  ...[
    '$',
    '$$',
    '\r\n',
    '\r',
    '\ufeff',
    '\u202e',
    '\u{1f600}',
    '__proto__: 1\n',
    '<<: *a\n',
    '? ',
    '|\n',
    '%YAML 1.2\n',
    '...\n',
    'null',
  ],
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.array(fragment, { maxLength: 20 }).map((parts) => document(parts.join(''))),
  fc.array(fragment, { maxLength: 8 }).map((parts) => `---\nformat: 1\n${parts.join('')}\n---\n# Test\n`),
);

test('any text is accepted or refused at places inside it, and never throws', () => {
  fc.assert(
    fc.property(anyText, (text) => void judge(text)),
    { numRuns: 1500 },
  );
});

test('any bytes are accepted or refused at places inside them, and never throw', () => {
  const cut = fc
    .tuple(fc.nat(valid.length), fc.uint8Array({ maxLength: 6 }))
    .map(([at, bytes]) => Uint8Array.from([...new TextEncoder().encode(valid)].toSpliced(at, 1, ...bytes)));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), cut), (bytes) => void judge(bytes)),
    { numRuns: 600 },
  );
});

const inserted = [...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', ...'aZ0', ...'\n\t\r\u00a0\u200b'];

/** Every text that differs from the line in one character. */
function edits(line: string): string[] {
  const found = new Set<string>();
  for (let at = 0; at <= line.length; at++) {
    for (const character of ['', ...inserted]) {
      found.add(line.slice(0, at) + character + line.slice(at + 1));
      found.add(line.slice(0, at) + character + line.slice(at));
    }
  }
  return [...found];
}

// Each line occurs once, or its first occurrence is meant.
test.each([
  'gate: typed\n',
  '> [!CAUTION]\n',
  '> [!WARNING]\n',
  'do: restore.swap\n',
  '## Swap it `swap`\n',
  '```yaml\ndo: restore.swap',
])(
  'no edit of one character in %j takes a gate away',
  (line) => {
    for (const edit of edits(line)) expectSameGates(valid.replace(line, () => edit));
  },
  120_000,
);

test('no edit of one character anywhere takes a gate away', () => {
  const edit = fc.record({
    at: fc.nat(valid.length - 1),
    remove: fc.integer({ min: 0, max: 1 }),
    insert: fc.oneof(
      fc.constant(''),
      fc.constantFrom(...inserted),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(edit, ({ at, remove, insert }) =>
      expectSameGates(valid.slice(0, at) + insert + valid.slice(at + remove)),
    ),
    { numRuns: 1500 },
  );
});
