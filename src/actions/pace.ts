/** Milliseconds between two looks: often at first, since a database may be down meanwhile; then no more than a person would. */
export function pauseAfter(waitedMs: number): number {
  return waitedMs < 20_000 ? 250 : 1000;
}
