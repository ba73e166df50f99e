/** The identities of chains, stored in the node's store: a chain cannot be swapped for another while the node is off. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readOne } from '../../kit/database.ts';
import type { ChainIdentity, IdentityBook } from './rpc-pool.ts';

const rowSchema = z.object({ genesis: z.string().nullable() });

export class StoredIdentities implements IdentityBook {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  find(chainId: number): ChainIdentity | null {
    const row = readOne(this.#db, rowSchema, 'SELECT genesis FROM chain_identities WHERE chain_id = ?', chainId);
    return row === null ? null : { chainId, genesis: row.genesis };
  }

  pin({ chainId, genesis }: ChainIdentity): void {
    this.#db
      .prepare(
        `INSERT INTO chain_identities (chain_id, genesis) VALUES (?, ?)
          ON CONFLICT (chain_id) DO UPDATE SET genesis = coalesce(genesis, excluded.genesis)`,
      )
      .run(chainId, genesis);
  }
}
