const nameWidth = 12;

/** A line of what `d` shows: a name, and a value that nothing cuts. */
export function fact(name: string, text: string): string {
  return `${name.padEnd(nameWidth - 1)} ${text}`.trimEnd();
}

/** Several of one name: it stands once. */
export function facts(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => fact(index === 0 ? name : '', text));
}
