/** Files named on the command line, in any encoding that an editor may write. */
import { type NetworkPreset, networkPresetSchema } from '../../contract/node-config.ts';
import { readTextFile } from '../../host/text-file.ts';
import { HeadlessError } from '../errors.ts';

/** @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function readTextArgument(file: string, field: string): string {
  try {
    return readTextFile(file);
  } catch (cause) {
    const why =
      cause instanceof TypeError ? 'it is neither UTF-8 nor UTF-16' : String(cause instanceof Error ? cause.message : cause);
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${field}: ${file}: ${why}`, { field }, { cause });
  }
}

/** A JSON object. @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function readJsonArgument(file: string, field: string): object {
  const text = readTextArgument(file, field);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Reported below.
  }
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${field}: ${file} is not a JSON object`, { field });
}

/** A network preset as JSON. @throws HeadlessError HEADLESS_BAD_ARGUMENT */
export function readPresetArgument(file: string, field: string): NetworkPreset {
  const parsed = networkPresetSchema.safeParse(readJsonArgument(file, field));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', message, { field });
}
