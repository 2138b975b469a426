import { randomInt } from 'node:crypto';

/** Without letters and digits that are easily taken for each other; a run id names Jobs and folders, so lower case only. */
const alphabet = 'abcdefghjkmnpqrstvwxyz';
const digits = '23456789';

/** Six characters, letter and digit by turns, e.g. `k7m2q9`: read out loud at 03:00, typed at a takeover. */
export function newRunId(pick: (below: number) => number = randomInt): string {
  return Array.from({ length: 6 }, (_, i) =>
    i % 2 === 0 ? alphabet.charAt(pick(alphabet.length)) : digits.charAt(pick(digits.length)),
  ).join('');
}
