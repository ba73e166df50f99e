/** Start at log-in on Linux: a file that the desktops read. https://specifications.freedesktop.org/autostart-spec */

/** @returns the file's text. `program`: the file to start, in full */
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
    // Where the program was removed, the entry is passed over.
    `TryExec=${program.replaceAll('\\', '\\\\')}`,
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** A value's backslashes are halved when the file is read, and once more when the command is taken apart. */
function quoted(text: string): string {
  if (/^[\w/.@:+,=-]+$/.test(text)) return text;
  return `"${text
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
