/** Calls procedures like a transport: schemas parse input and output. */
import type { z } from 'zod';
import { MONEY_PROCEDURES, type MoneyProcedure, type MoneyService } from '../../../contract/money-procedures.ts';

type Input<Name extends MoneyProcedure> = z.input<(typeof MONEY_PROCEDURES)[Name]['input']>;
type Output<Name extends MoneyProcedure> = z.output<(typeof MONEY_PROCEDURES)[Name]['output']>;

export function caller(service: MoneyService) {
  return async <Name extends MoneyProcedure>(name: Name, input: Input<Name>): Promise<Output<Name>> => {
    const procedure = MONEY_PROCEDURES[name];
    const run = service[name] as (parsed: unknown) => Promise<unknown>;
    const output = await run(procedure.input.parse(JSON.parse(JSON.stringify(input))));
    return procedure.output.strict().parse(JSON.parse(JSON.stringify(output))) as Output<Name>;
  };
}
