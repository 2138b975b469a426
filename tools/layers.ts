/**
 * Who may import whom, and which folder owns which package: the only copy of these rules. `test/architecture.test.ts` holds the
 * source to them. A folder is one reason to change; arrows go one way, so the table must have no cycle.
 */
export interface Layer {
  readonly imports: readonly string[];
  /** npm packages and `node:` modules that only the folders naming them may use. */
  readonly packages: readonly string[];
  readonly changes: string;
}

export const layers: { readonly [folder: string]: Layer } = {
  base: { imports: [], packages: [], changes: 'never for the domain' },
  galera: { imports: ['base'], packages: ['zod'], changes: 'we learn Galera' },
  target: { imports: ['base', 'galera'], packages: [], changes: 'another port is needed' },
  runbook: {
    imports: ['base'],
    packages: [
      'mdast',
      'mdast-util-from-markdown',
      'mdast-util-frontmatter',
      'mdast-util-gfm',
      'micromark-extension-frontmatter',
      'micromark-extension-gfm',
      'yaml',
      'node:crypto',
    ],
    changes: 'authors may write more',
  },
  engine: { imports: ['base', 'runbook', 'target'], packages: ['node:crypto'], changes: 'runs proceed differently' },
  record: {
    imports: ['base', 'runbook', 'engine', 'target'],
    packages: ['zod', 'node:crypto', 'node:zlib', 'node:buffer'],
    changes: 'kept evidence changes',
  },
  runner: { imports: ['base', 'target'], packages: ['node:fs', 'node:url'], changes: 'in-cluster work changes' },
  actions: {
    imports: ['base', 'galera', 'target', 'runbook', 'engine', 'runner'],
    packages: ['node:crypto', 'node:zlib'],
    changes: 'an operation is added',
  },
  kubernetes: {
    imports: ['base', 'target', 'runner'],
    packages: [
      '@kubernetes/client-node',
      'ws',
      'zod',
      'node:stream',
      'node:https',
      'node:http',
      'node:net',
      'node:tls',
      'node:fs',
      'node:os',
      'node:path',
      'node:timers',
      'node:util',
      'node:zlib',
    ],
    changes: 'its API changes',
  },
  mariadb: { imports: ['base', 'galera', 'target'], packages: ['mysql2', 'node:stream'], changes: 'its API changes' },
  simulator: { imports: ['base', 'galera', 'target'], packages: ['node:zlib'], changes: 'what it stands for differs' },
  practice: { imports: ['base', 'galera', 'simulator'], packages: [], changes: 'another day is rehearsed' },
  host: {
    imports: ['base', 'galera', 'target', 'runbook', 'engine', 'record'],
    packages: [
      'yaml',
      'zod',
      'node:fs',
      'node:os',
      'node:path',
      'node:url',
      'node:timers',
      'node:process',
      'node:util',
      'node:buffer',
      'node:crypto',
    ],
    changes: 'this machine differs',
  },
  views: {
    imports: ['base', 'galera', 'target', 'runbook', 'engine', 'record'],
    packages: [],
    changes: 'what every front end says',
  },
  plain: {
    imports: ['base', 'galera', 'target', 'runbook', 'engine', 'record', 'views'],
    packages: ['node:readline', 'node:stream'],
    changes: 'text output changes',
  },
  screens: {
    imports: ['base', 'galera', 'target', 'runbook', 'engine', 'record', 'views'],
    packages: ['ink', 'react', 'zustand', 'string-width'],
    changes: 'what the terminal shows changes',
  },
  commands: {
    imports: [
      'base',
      'galera',
      'target',
      'runbook',
      'engine',
      'record',
      'runner',
      'actions',
      'kubernetes',
      'mariadb',
      'simulator',
      'practice',
      'host',
      'views',
      'plain',
      'screens',
    ],
    packages: ['commander', 'node:crypto', 'node:url', 'node:fs', 'node:path', 'node:process'],
    changes: 'arguments or wiring change',
  },
};

/** Folders that do no I/O, read no clock and draw no randomness (design §3). */
export const core = ['base', 'galera', 'runbook', 'engine', 'record'] as const;

/** What the core may not name: ambient effects are imports too. */
export const ambient = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bsetTimeout\b/,
  /\bsetInterval\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\bfetch\(/,
] as const;
