/**
 * Start at log-in on Linux: a desktop entry in the autostart folder.
 * https://specifications.freedesktop.org/autostart-spec
 */

/** @returns the text of the desktop entry. `program`: absolute path of the program to start */
export function autostartEntry(options: {
  readonly title: string;
  readonly program: string;
  readonly args: readonly string[];
}): string {
  const { title, program, args } = options;
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${title}`,
    // Desktops ignore the entry if the program has been removed.
    `TryExec=${program.replaceAll('\\', '\\\\')}`,
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Backslashes are unescaped twice: when the file is read, and when the command line is split. */
function quoted(text: string): string {
  if (/^[\w/.@:+,=-]+$/.test(text)) return text;
  return `"${text
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
