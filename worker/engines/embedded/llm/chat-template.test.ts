import { describe, expect, it } from 'vitest';
import { renderChat, type TemplateChat } from './chat-template.ts';

const TOKENS = { bos: '<s>', eos: '</s>' };
const CHAT: TemplateChat = { messages: [{ role: 'user', content: 'hi' }], tools: null, args: {} };
const render = (template: string, change: Partial<TemplateChat> = {}) => renderChat(template, { ...CHAT, ...change }, TOKENS);

describe('a chat in the model’s own template', () => {
  // Like Qwen's: tools first, calls and results between tags, a switch for thinking.
  const TEMPLATE = `{{- bos_token }}{%- if tools %}<tools>{% for tool in tools %}{{ tool | tojson }}{% endfor %}</tools>{% endif %}
{%- for message in messages %}<{{ message.role }}>{{ message.content }}
{%- for call in message.tool_calls or [] %}<call>{{ call.function.name }}</call>{% endfor %}{{ eos_token }}{% endfor %}
{%- if add_generation_prompt %}<assistant>{% if enable_thinking is defined and not enable_thinking %}<no_think>{% endif %}{% endif %}`;

  it('has tools, calls, results and template arguments where the template puts them', () => {
    expect(render(TEMPLATE)).toBe('<s><user>hi</s><assistant>');
    const call = { function: { name: 'f', arguments: {} } };
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', tool_calls: [call] },
      { role: 'tool', content: '7', tool_call_id: '1' },
    ];
    expect(render(TEMPLATE, { messages, tools: [{ name: 'f' }], args: { enable_thinking: false } })).toBe(
      '<s><tools>{"name": "f"}</tools><user>hi</s><assistant><call>f</call></s><tool>7</s><assistant><no_think>',
    );
  });

  it('can be told by its arguments to omit the beginning of the answer, but not to put other words into the chat', () => {
    expect(render(TEMPLATE, { args: { add_generation_prompt: false } })).toBe('<s><user>hi</s>');
    expect(render(TEMPLATE, { args: { messages: [], tools: [{}], bos_token: 'x', true: false } })).toBe(
      '<s><user>hi</s><assistant>',
    );
  });

  it('never contains today’s date, on which two nodes may differ', () => {
    const dated = "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}no date{% endif %}";
    expect(render(dated)).toBe('no date');
  });

  it('counts like Python', () => {
    expect(render('{% for i in range(2) %}{{ i }}{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}')).toBe('01531');
  });

  it.each(["{{ raise_exception('Task args invalid') }}", '{% if %}', "{{ strftime_now('%d') }}"])(
    'that the template does not accept is unsupported, in our own words only: %s',
    (template) => {
      const message = "a chat that the model's own template does not take: unsupported by this engine";
      expect(() => render(template)).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', message }));
    },
  );
});
