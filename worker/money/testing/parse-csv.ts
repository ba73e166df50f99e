/** A reader of RFC 4180 that is independent of the writer. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') cell += text.charAt(++at);
      else quoted = false;
    } else if (char === '"') {
      if (cell !== '') throw new Error(`a quote inside an unquoted cell at ${at}`);
      quoted = true;
    } else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\r' && text.charAt(at + 1) === '\n') {
      at++;
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
    } else if (char === '\n' || char === '\r') {
      throw new Error(`a bare line break at ${at}`);
    } else {
      cell += char;
    }
  }
  if (quoted || row.length > 0 || cell !== '') throw new Error('the last line is not complete');
  return rows;
}
