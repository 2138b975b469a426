/** `wsrep_provider_options` as a table: `gcs.fc_limit = 16; gcache.size = 128M; …`. A value may hold `=` (`pc.weight`, URLs). */
export function parseProviderOptions(text: string): Readonly<Record<string, string>> {
  const options = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) options.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return Object.fromEntries(options);
}

const scale: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/** Bytes of Galera's own size text: `128M` is 128 MiB, letters are binary and of either case. */
export function parseGaleraSize(text: string): number | undefined {
  const match = /^(\d+)([kmgt]?)$/i.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * 1024 ** (scale[(match[2] ?? '').toUpperCase()] ?? 0);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Galera's booleans: yes, no, true, false, on, off, 1, 0. */
export function parseGaleraBoolean(text: string): boolean | undefined {
  if (/^(yes|true|on|1)$/i.test(text)) return true;
  if (/^(no|false|off|0)$/i.test(text)) return false;
  return undefined;
}
