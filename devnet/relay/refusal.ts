/** How the relay refuses. Statuses and bodies are the real relay's: RELAY_PROTOCOL 3.1. */
import { DevnetError } from '../errors.ts';

export class Refusal extends DevnetError {
  readonly status: number;
  /** JSON body; null = an empty body, as after a panic. */
  readonly body: object | null;

  constructor(status: number, body: object | null, message: string) {
    super('DEVNET_REQUEST_REFUSED', message, { status });
    this.status = status;
    this.body = body;
  }
}

/** 400 with the field that the relay reports. */
export function refuseField(field: string, message: string): Refusal {
  return new Refusal(400, { message: 'validation_error', data: { field_name: field, message } }, `${field}: ${message}`);
}

/** 500 with the error's text; the validation service answers every refusal this way. */
export function exception(message: string): Refusal {
  return new Refusal(500, { message }, message);
}

/** 500 without a body: the real relay's handler panics here. */
export function panic(why: string): Refusal {
  return new Refusal(500, null, why);
}

export function notFound(): Refusal {
  return new Refusal(404, { message: 'Not found' }, 'Not found');
}

export function accessDenied(): Refusal {
  return new Refusal(403, { message: 'Access denied' }, 'Access denied');
}

export function unauthorised(message: string): Refusal {
  return new Refusal(401, { message }, message);
}
