/** Who runs this process, for the redaction of texts. */
import { userInfo } from 'node:os';

/** '' for a user that has a number alone, as in a container: no path holds its name then. */
export function userName(read: () => { readonly username: string } = userInfo): string {
  try {
    return read().username;
  } catch {
    return '';
  }
}
