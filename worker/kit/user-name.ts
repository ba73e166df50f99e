/** The name of the user who runs this process, for redacting texts. */
import { userInfo } from 'node:os';

/** '' for a user that has only a numeric ID, as in a container: no path contains a name then. */
export function userName(read: () => { readonly username: string } = userInfo): string {
  try {
    return read().username;
  } catch {
    return '';
  }
}
