/** Reproducible choices: one seed, one sequence (mulberry32). The timing still depends on the machine. */
export interface Choices {
  /** At least 0, below 1. */
  fraction(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  oneOf<Item>(items: readonly Item[]): Item;
  /** By weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
}

export function createChoices(seed: number): Choices {
  let state = seed >>> 0;
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    fraction,
    chance: (probability) => fraction() < probability,
    oneOf(items) {
      const item = items[Math.floor(fraction() * items.length)];
      if (item === undefined) throw new Error('there is nothing to choose from');
      return item;
    },
    weighted(weights) {
      const entries = Object.entries<number>(weights) as [keyof typeof weights, number][];
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new Error('there is nothing to choose from');
    },
  };
}
