import type { Rounding } from './bytes.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

function seconds(ms: number, rounding: Rounding): number {
  const exact = Math.max(0, ms) / second;
  return rounding === 'up' ? Math.ceil(exact) : rounding === 'down' ? Math.floor(exact) : Math.round(exact);
}

const two = (value: number) => String(value).padStart(2, '0');

/** `0:04`, `12:49`, `1:02:44`: where a column holds only durations. `ms` in milliseconds; time left rounds up. */
export function formatClock(ms: number, rounding: Rounding = 'down'): string {
  if (!Number.isFinite(ms)) return '?';
  const all = seconds(ms, rounding);
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `4 s`, `12:49`, `1:02:44`, and from 48 h on `3 d`. `ms` in milliseconds; time left rounds up. */
export function formatDuration(ms: number, rounding: Rounding = 'down'): string {
  if (!Number.isFinite(ms)) return '?';
  const all = seconds(ms, rounding);
  if (all < 60) return `${all} s`;
  if (all < 48 * 3600) return formatClock(all * second);
  return `${rounding === 'up' ? Math.ceil(all / 86_400) : Math.floor(all / 86_400)} d`;
}

/** How old something is, always rounded down: `4 s`, `11 min`, `6 h`, `3 d`. With `minutes`, hours say more: `6 h 9 min`. */
export function formatAge(ms: number, options: { readonly minutes?: boolean } = {}): string {
  if (!Number.isFinite(ms)) return '?';
  // A little ahead is a clock a little off; more than that is an age nobody knows.
  if (ms < -minute) return '?';
  if (ms < minute) return `${seconds(ms, 'down')} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms >= 48 * hour) return `${Math.floor(ms / day)} d`;
  const rest = Math.floor((ms % hour) / minute);
  return options.minutes === true && rest > 0 ? `${Math.floor(ms / hour)} h ${rest} min` : `${Math.floor(ms / hour)} h`;
}

const pattern = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const scales = [day, hour, minute, second, 1] as const;

/** Milliseconds of `6h`, `50m`, `1h30m`, `2d`, `90s`, `500ms`. A number without a unit is refused: nobody knows what it means. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null || text === '') return undefined;
  const ms = scales.reduce((sum, scale, index) => sum + Number(match[index + 1] ?? '0') * scale, 0);
  return Number.isSafeInteger(ms) ? ms : undefined;
}
