/** Parts of one Job's work that it tells of, in their order (src/runner/scripts). */
const orders: readonly (readonly string[])[] = [
  ['copy', 'drain'],
  ['unpack', 'prepare'],
];

/** `1 of 2: unpack`; what is the only part of its work stays as it is. */
export function phaseText(phase: string): string {
  const order = orders.find((each) => each.includes(phase));
  return order === undefined ? phase : `${order.indexOf(phase) + 1} of ${order.length}: ${phase}`;
}

/** What comes after all of these: `2 of 2: prepare`. */
export function phasesAhead(phases: readonly string[]): readonly string[] {
  const order = orders.find((each) => phases.some((phase) => each.includes(phase))) ?? [];
  const last = Math.max(...phases.map((phase) => order.indexOf(phase)));
  return order.slice(last + 1).map(phaseText);
}
