/** The relay's answers as tests expect them. Source: RELAY_PROTOCOL 3.1. */
export const SUCCESS = { message: 'success' };

export function refused(field: string, message: string) {
  return { status: 400, json: { message: 'validation_error', data: { field_name: field, message } } };
}

export function failed(message: string) {
  return { status: 500, json: { message } };
}
