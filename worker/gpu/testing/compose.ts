/** Outputs of several cards, composed from recordings of one card each. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const FIXTURES = path.join(import.meta.dirname, '..', 'fixtures');

export const RECORDED = [
  'a10g',
  'gtx-1070-ti',
  'gtx-1660-ti',
  'quadro-p2000-v12',
  'rtx-3080-v12',
  'rtx-3080-v13',
  'rtx-3090-v12',
  'rtx-4000-sff-ada-v13',
  'tesla-t4',
] as const;
export type RecordedCard = (typeof RECORDED)[number];

export function recorded(card: RecordedCard): string {
  return readFileSync(path.join(FIXTURES, `${card}.xml`), 'utf8');
}

/** A UUID for the n-th card of a composed output, so that the same recording can stand for several cards. */
export function composedUuid(index: number): string {
  return `GPU-00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

/** One output with all these cards, in this order, with the first one's driver; `edit` may change a card's text. */
export function compose(cards: readonly RecordedCard[], edit: (xml: string, index: number) => string = (xml) => xml): string {
  const gpus = cards.map((card, index) => {
    const gpu = /<gpu id=[\s\S]*<\/gpu>/.exec(recorded(card))?.[0] ?? '';
    const bus = `00000000:${index.toString(16).padStart(2, '0').toUpperCase()}:00.0`;
    const own = gpu
      .replace(/<gpu id="[^"]*">/, `<gpu id="${bus}">`)
      .replace(/<uuid>[^<]*<\/uuid>/, `<uuid>${composedUuid(index)}</uuid>`);
    return edit(own, index);
  });
  const driver = /<driver_version>[^<]*<\/driver_version>/.exec(recorded(cards[0] ?? 'tesla-t4'))?.[0] ?? '';
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>${driver}<attached_gpus>${cards.length}</attached_gpus>
${gpus.join('\n')}
</nvidia_smi_log>`;
}

/** Replaces the text of the first `<tag>` in an output or a card. */
export function withField(xml: string, tag: string, text: string): string {
  const pattern = new RegExp(`<${tag}>[^<]*</${tag}>`);
  if (!pattern.test(xml)) throw new Error(`no <${tag}> to replace`);
  return xml.replace(pattern, () => `<${tag}>${text}</${tag}>`);
}
