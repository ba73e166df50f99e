/** Keyed rows in memory. Rows are replaced, never modified, so that a failed operation can be undone. */

export interface TableChange {
  readonly table: string;
  readonly key: string;
  readonly undo: () => void;
}

export class Table<Row> {
  readonly name: string;
  readonly #keyOf: (row: Row) => string;
  readonly #onChange: (change: TableChange) => void;
  readonly #rows = new Map<string, Row>();

  constructor(options: { name: string; keyOf: (row: Row) => string; onChange: (change: TableChange) => void }) {
    this.name = options.name;
    this.#keyOf = options.keyOf;
    this.#onChange = options.onChange;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** In order of first insertion. */
  values(): Row[] {
    return [...this.#rows.values()];
  }

  /** Inserts or replaces; returns the row. */
  put(row: Row): Row {
    const key = this.#keyOf(row);
    const before = this.#rows.get(key);
    this.#rows.set(key, row);
    const undo = () => {
      if (before === undefined) this.#rows.delete(key);
      else this.#rows.set(key, before);
    };
    this.#onChange({ table: this.name, key, undo });
    return row;
  }

  /** Adds a row from a previous run: it is already on disk, so it does not count as a change. */
  restore(row: Row): void {
    this.#rows.set(this.#keyOf(row), row);
  }
}
