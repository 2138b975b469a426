const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

export const durationForm = 'write it like `90m`, `6h`, `1h30m` or `30s`: at least 1s, at most 7d';

/** Milliseconds, or undefined for anything but days, hours, minutes and seconds in this order, from 1 s to 7 d. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (!parts) return undefined;
  const [, d = '0', h = '0', m = '0', s = '0'] = parts;
  const total = Number(d) * units.d + Number(h) * units.h + Number(m) * units.m + Number(s) * units.s;
  return total >= units.s && total <= 7 * units.d ? total : undefined;
}
