const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Free space and ages round down, needs and time left up: a rounded number must never promise more than there is. */
export type Rounding = 'nearest' | 'down' | 'up';

const rounders = { nearest: Math.round, down: Math.floor, up: Math.ceil } as const;

/** Bytes in binary units with three digits: `9.62 GiB`, `58.0 GiB`, `412 MiB`, `17 B`. From 1000 on the next unit: `0.98 GiB`. */
export function formatBytes(bytes: number, rounding: Rounding = 'nearest'): string {
  if (!Number.isFinite(bytes)) return '?';
  if (bytes < 0) {
    return `-${formatBytes(-bytes, rounding === 'down' ? 'up' : rounding === 'up' ? 'down' : 'nearest')}`;
  }
  const round = rounders[rounding];
  for (const [power, unit] of units.entries()) {
    const value = bytes / 1024 ** power;
    if (power === 0) {
      if (round(value) < 1000) return `${round(value)} B`;
      continue;
    }
    for (const digits of [2, 1, 0]) {
      const scaled = round(value * 10 ** digits);
      if (scaled < 1000) return `${(scaled / 10 ** digits).toFixed(digits)} ${unit}`;
    }
  }
  return `${round(bytes / 1024 ** 6)} EiB`;
}

const suffixes: Readonly<Record<string, bigint>> = {
  '': 1n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  P: 10n ** 15n,
  E: 10n ** 18n,
};

const quantity = /^(\d+)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E|m)|[eE](\+?\d{1,2}|-\d{1,2}))?$/;

/** Bytes of a Kubernetes quantity: `5Gi`, `1.5Ti`, `1000M`, `1e9`, `4096`. A fraction of a byte counts as one, as Kubernetes does. */
export function parseSize(text: string): number | undefined {
  const match = quantity.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', suffix = '', exponent = '0'] = match;
  let above = BigInt(whole + fraction);
  let below = 10n ** BigInt(fraction.length);
  if (suffix === 'm') below *= 1000n;
  else above *= suffixes[suffix] ?? 1n;
  const power = Number(exponent);
  if (power >= 0) above *= 10n ** BigInt(power);
  else below *= 10n ** BigInt(-power);
  const bytes = Number((above + below - 1n) / below);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
