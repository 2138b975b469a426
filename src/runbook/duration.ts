import { parseDuration as parse } from '../base/duration.ts';

const second = 1000;
const longest = 7 * 86_400_000;

export const durationForm = 'write it like `90m`, `6h`, `1h30m` or `30s`: at least 1s, at most 7d';

/** Milliseconds, or undefined for anything but whole seconds from 1 s to 7 d, in the form above. */
export function parseDuration(text: string): number | undefined {
  const ms = parse(text);
  return ms !== undefined && ms >= second && ms <= longest && !text.endsWith('ms') ? ms : undefined;
}
