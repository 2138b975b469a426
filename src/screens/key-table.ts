import type { Key } from './key-reader.ts';
import type { ScreenName } from './state.ts';

/** Every command that a key gives. What it does is in `commands.ts`; whether it works now, in `works.ts`. */
export type CommandName =
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'page-up'
  | 'page-down'
  | 'next-block'
  | 'open'
  | 'back'
  | 'describe'
  | 'logs'
  | 'wrap'
  | 'transcript'
  | 'filter'
  | 'next-match'
  | 'previous-match'
  | 'write'
  | 'edit'
  | 'dashboard'
  | 'runbooks'
  | 'backups'
  | 'runs'
  | 'switch'
  | 'help'
  | 'story'
  | 'backup'
  | 'restore'
  | 'verify'
  | 'repair'
  | 'resume'
  | 'rollback'
  | 'close'
  | 'leave'
  | 'interrupt'
  | 'suspend'
  | 'redraw';

export interface Binding {
  readonly command: CommandName;
  readonly keys: readonly Key[];
  /** As the footer and help name them. */
  readonly label: string;
  /** One word or two for the footer: the same everywhere. */
  readonly word: string;
  /** For help. */
  readonly says: string;
  /** For the reference, where a word does not tell all of it. */
  readonly more?: string;
  readonly group: 'look' | 'act' | 'leave';
  /** Absent: everywhere outside of gates. */
  readonly on?: readonly ScreenName[];
  /** Named in help only where it works: the page of another screen has no room for it. */
  readonly local?: true;
}

/** The one table of keys: what is pressed, what row 24 and help say, and what the reference page lists. */
export const keyTable: readonly Binding[] = [
  { command: 'down', keys: ['j', 'down'], label: 'j k  arrows', word: 'move', says: 'move', group: 'look' },
  { command: 'up', keys: ['k', 'up'], label: '', word: 'move', says: '', group: 'look' },
  { command: 'first', keys: ['g', 'home'], label: 'g G  Home End', word: 'first', says: 'first, last', group: 'look' },
  { command: 'last', keys: ['G', 'end'], label: '', word: 'last', says: '', group: 'look' },
  { command: 'page-down', keys: ['space', 'pgdn'], label: 'pgup pgdn', word: 'next page', says: 'page', group: 'look' },
  { command: 'page-up', keys: ['pgup'], label: '', word: 'page back', says: '', group: 'look' },
  {
    command: 'next-block',
    keys: ['tab'],
    label: 'tab',
    word: 'pane',
    says: 'next block',
    group: 'look',
    on: ['dashboard', 'run'],
  },
  {
    command: 'open',
    keys: ['enter'],
    label: 'enter',
    word: 'open',
    says: 'open',
    group: 'look',
    on: ['dashboard', 'runbooks', 'backups', 'runs', 'run', 'text', 'parameters', 'targets'],
  },
  {
    command: 'describe',
    keys: ['d'],
    label: 'd',
    word: 'describe',
    says: 'describe: every value',
    group: 'look',
    on: ['dashboard', 'runbooks', 'backups', 'runs', 'plan', 'run'],
  },
  {
    command: 'logs',
    keys: ['l'],
    label: 'l',
    word: 'logs',
    says: 'logs of the pod',
    group: 'look',
    on: ['dashboard', 'run'],
  },
  { command: 'wrap', keys: ['w'], label: 'w', word: 'wrap', says: 'wrap lines', group: 'look', on: ['text', 'run'] },
  {
    command: 'transcript',
    keys: ['t'],
    label: 't',
    word: 'transcript',
    says: 'transcript of a run',
    group: 'look',
    on: ['runs', 'run'],
  },
  {
    command: 'filter',
    keys: ['/'],
    label: '/',
    word: 'filter',
    says: 'filter; esc clears',
    group: 'look',
    on: ['dashboard', 'runbooks', 'backups', 'runs', 'run', 'text', 'targets'],
  },
  {
    command: 'next-match',
    keys: ['n'],
    label: 'n N',
    word: 'next match',
    says: 'next match, previous',
    group: 'look',
    on: ['text', 'run'],
  },
  { command: 'previous-match', keys: ['N'], label: '', word: 'previous', says: '', group: 'look', on: ['text', 'run'] },
  { command: 'write', keys: ['o'], label: 'o', word: 'write to a file', says: 'write view to a file', group: 'look' },
  {
    command: 'dashboard',
    keys: ['1'],
    label: '1 2 3 4',
    word: 'dashboard',
    says: 'dashboard, runbooks, backups, runs',
    group: 'look',
  },
  { command: 'runbooks', keys: ['2'], label: '', word: 'runbooks', says: '', group: 'look' },
  { command: 'backups', keys: ['3'], label: '', word: 'backups', says: '', group: 'look' },
  { command: 'runs', keys: ['4'], label: '', word: 'runs', says: '', group: 'look' },
  { command: 'story', keys: ['s'], label: 's', word: 'story', says: 'story of the practice', group: 'look' },
  { command: 'switch', keys: [':'], label: ':', word: 'switch', says: 'switch target', group: 'look' },
  {
    command: 'backup',
    keys: ['b'],
    label: 'b',
    word: 'back up',
    says: 'back up now',
    group: 'act',
    on: ['dashboard', 'backups'],
  },
  {
    command: 'restore',
    keys: ['r'],
    label: 'r',
    word: 'restore',
    says: 'choose a backup to restore',
    group: 'act',
    on: ['dashboard', 'backups'],
  },
  {
    command: 'verify',
    keys: ['v'],
    label: 'v',
    word: 'verify',
    says: 'verify a backup',
    group: 'act',
    on: ['backups'],
  },
  {
    command: 'repair',
    keys: ['p'],
    label: 'p',
    word: 'repair',
    says: 'repair',
    group: 'act',
  },
  {
    command: 'resume',
    keys: ['c'],
    label: 'c',
    word: 'resume',
    says: 'resume a run',
    group: 'act',
    on: ['dashboard', 'runs', 'run'],
  },
  {
    command: 'rollback',
    keys: ['u'],
    label: 'u',
    word: 'roll back',
    says: 'roll back a run',
    group: 'act',
    on: ['dashboard', 'runs', 'run'],
  },
  {
    command: 'close',
    keys: ['x'],
    label: 'x',
    word: 'close',
    says: 'free what a run kept',
    group: 'act',
    on: ['runs', 'run'],
    local: true,
  },
  {
    command: 'edit',
    keys: ['e'],
    label: 'e',
    word: 'edit parameters',
    says: 'edit parameters',
    group: 'act',
    on: ['plan'],
    local: true,
  },
  { command: 'help', keys: ['?'], label: '', word: 'help', says: '', group: 'leave' },
  { command: 'back', keys: ['esc'], label: 'esc  q', word: 'back', says: 'back; leave', group: 'leave' },
  { command: 'leave', keys: ['q'], label: '', word: 'leave', says: '', group: 'leave' },
  {
    command: 'interrupt',
    keys: ['ctrl-c'],
    label: 'ctrl-c',
    word: 'stop',
    says: 'stop at a safe point',
    more: 'in a run: stop at the next safe point and pay what is owed, exit 130 (131 if a debt stays open). Again, at least a second later and not held down: pay nothing, let the Jobs go on, exit 131; the last line is the repair. Without a run: leave',
    group: 'leave',
  },
  {
    command: 'suspend',
    keys: ['ctrl-z'],
    label: 'ctrl-z ctrl-l',
    word: 'shell',
    says: 'to shell; draw anew',
    group: 'leave',
  },
  { command: 'redraw', keys: ['ctrl-l'], label: '', word: 'redraw', says: '', group: 'leave' },
];

export function bindingOf(command: CommandName): Binding {
  const found = keyTable.find((each) => each.command === command);
  if (found === undefined) throw new Error(`no key gives ${command}`);
  return found;
}

/** Where a key works that does not here, as row 23 and help say it. */
export function elsewhere({ on }: Binding): string {
  return `in ${(on ?? []).map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`).join(', ')}`;
}

export function bindingOn({ on }: Binding, screen: ScreenName): boolean {
  return on === undefined || on.includes(screen);
}

/** The binding of a key, on whatever screen it works; none for a key that means nothing anywhere. */
export function bindingOfKey(key: Key): Binding | undefined {
  return keyTable.find(({ keys }) => keys.includes(key));
}

/** All that is taken from several keys at once: of a paste without marks any letter may be a command, and these change nothing. */
const harmless: ReadonlySet<CommandName> = new Set<CommandName>([
  'up',
  'down',
  'first',
  'last',
  'page-up',
  'page-down',
  'next-block',
  'filter',
  'next-match',
  'previous-match',
  'dashboard',
  'runbooks',
  'backups',
  'runs',
  'help',
  'back',
]);

export function isHarmless(command: CommandName): boolean {
  return harmless.has(command);
}
