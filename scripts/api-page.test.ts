import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiPage } from './api-page.ts';
import { namesOf, schemaText } from './schema-text.ts';

describe('docs/api.md', () => {
  it('matches the contracts, with every procedure', async () => {
    const page = await apiPage();
    expect(readFileSync(path.resolve(import.meta.dirname, '..', 'docs', 'api.md'), 'utf8')).toBe(page);
    const routes = [...page.matchAll(/^### `(\/\w+\/\w+)`/gm)].map(([, route]) => route);
    expect(routes).toEqual(
      expect.arrayContaining(['/app/info', '/node/watch', '/money/confirmWithdrawal', '/checks/confirmAlone']),
    );
    expect(page).toContain('### `/node/watch` · subscription');
    expect(page).toContain('### `/keys/confirmExport` · **key**');
    expect(page).toContain('Takes no new tasks; the current one is finished first.');
  });
});

describe('a schema as text', () => {
  const itemSchema = z.object({ id: z.string(), state: z.enum(['a', 'b']).default('a') });
  const names = namesOf([{ itemSchema, other: 1 }]);

  it('uses names for named types, and distinguishes inputs from outputs', () => {
    const output = schemaText(z.object({ items: z.array(itemSchema) }), 'output', names);
    expect(output.text).toBe('{ items: Item[] }');
    expect(output.types.get('Item')).toBe('{ id: string, state: "a" | "b" }');
    expect(schemaText(itemSchema.optional(), 'input', names).types.get('Item')).toBe('{ id: string, state?: "a" | "b" }');
  });

  it('writes unions, tuples, records, constants and unknown types', () => {
    const text = (schema: z.ZodType) => schemaText(schema, 'output', names).text;
    expect(
      text(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('x') }),
          z.object({ kind: z.literal('y'), n: z.number().int() }),
        ]),
      ),
    ).toBe('{ kind: "x" } | { kind: "y", n: number }');
    expect(text(z.array(z.union([z.string(), z.number()])))).toBe('(string | number)[]');
    expect(text(z.tuple([z.string(), z.boolean().nullable()]))).toBe('[string, boolean | null]');
    expect(text(z.object({}))).toBe('{}');
    expect(text(z.record(z.string(), z.unknown()))).toBe('{ [name]: any }');
    expect(text(z.unknown())).toBe('any');
  });

  it('refuses two schemas with the same name', () => {
    expect(() => namesOf([{ itemSchema }, { itemSchema: z.string() }])).toThrow('two schemas are called Item');
  });
});
