/** Values by id, each with the version of what it was made from: made again only when that has changed. */
export class Remembered<T> {
  #known = new Map<string, { readonly version: string; readonly value: T }>();

  /** A `make` that throws is asked again the next time. */
  async of(id: string, version: string, make: () => T | Promise<T>): Promise<T> {
    const known = this.#known.get(id);
    if (known?.version === version) return known.value;
    const value = await make();
    this.#known.set(id, { version, value });
    return value;
  }

  /** Forgets all but these: what there is no more is never asked for again. */
  keepOnly(ids: readonly string[]): void {
    const wanted = new Set(ids);
    this.#known = new Map([...this.#known].filter(([id]) => wanted.has(id)));
  }
}
