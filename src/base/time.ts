/** Times are milliseconds since 1970 UTC inside, and UTC with a `Z` wherever a person or a file sees them. */

const iso = (ms: number) => new Date(ms).toISOString();

/** A backup's id is the time its copy began, to the second: `20261121T050007Z`. As text it sorts by time. */
export function backupId(ms: number): string {
  return `${iso(ms).slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

const shape = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** The time in a backup's id, or undefined where the text is none: `20260230T000000Z` is no date. */
export function backupIdTime(id: string): number | undefined {
  const match = shape.exec(id);
  if (match === null) return undefined;
  const [, year, month, date, hours, minutes, seconds] = match;
  const ms = Date.parse(`${year}-${month}-${date}T${hours}:${minutes}:${seconds}Z`);
  return Number.isFinite(ms) && backupId(ms) === id ? ms : undefined;
}

/** `05:00:01Z` */
export function clockText(ms: number): string {
  return `${iso(ms).slice(11, 19)}Z`;
}

/** `2026-11-21 05:00:01Z` */
export function dateTimeText(ms: number): string {
  return `${iso(ms).slice(0, 19).replace('T', ' ')}Z`;
}
