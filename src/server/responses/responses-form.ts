import { randomUUID } from 'node:crypto';
import type { AnswerForm } from '../answer/answer-form.ts';
import { type ChoiceDelta, type ChoiceEnd, isChoiceEnd, type ToolCall, type WholeChoice } from '../answer/choice.ts';
import type { ErrorBody } from '../api-error.ts';
import { toNotes, toUsage } from '../chat/chat-completion.ts';
import { namedEvent } from '../sse.ts';
import type { ResponsesRequest } from './responses-request.ts';

/** An item of the output that is being written. */
interface OpenItem {
  readonly kind: 'reasoning' | 'message';
  readonly id: string;
  readonly index: number;
  text: string;
}

/** An answer as the Responses API has it: the order of its events is part of it. */
export class ResponsesForm implements AnswerForm {
  readonly #request: ResponsesRequest;
  readonly #id = `resp_${randomUUID().replaceAll('-', '')}`;
  readonly #created = Math.floor(Date.now() / 1000);
  readonly #output: object[] = [];
  #open: OpenItem | undefined;
  #sequence = 0;
  #hasBegun = false;

  constructor(request: ResponsesRequest) {
    this.#request = request;
  }

  begin(phase?: string): readonly string[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    const response = this.#response({ status: 'in_progress' });
    return [
      this.#event('response.created', { response }),
      this.#event('response.in_progress', { response }),
      ...(phase === undefined ? [] : this.#write('reasoning', phase)),
    ];
  }

  read(_index: number, event: ChoiceDelta | ChoiceEnd): readonly string[] {
    const begin = this.begin();
    if (isChoiceEnd(event)) return [...begin, ...this.#close(), this.#end(event)];
    const { reasoning_content: thought, content, tool_calls: calls = [] } = event;
    return [
      ...begin,
      ...(thought === undefined ? [] : this.#write('reasoning', thought)),
      ...(content === undefined ? [] : this.#write('message', content)),
      ...calls.flatMap((call) => this.#call(call)),
    ];
  }

  end(): readonly string[] {
    return [];
  }

  fail({ message, code }: ErrorBody): readonly string[] {
    const error = { code: code ?? 'server_error', message };
    const response = this.#response({ status: 'failed', error });
    return [...this.begin(), ...this.#close(), this.#event('response.failed', { response })];
  }

  whole([choice]: readonly WholeChoice[]): object {
    if (choice === undefined) throw new Error('a response has one choice');
    const { reasoning, text, toolCalls } = choice;
    if (reasoning !== '') this.#write('reasoning', reasoning);
    if (text !== '' || toolCalls.length === 0) this.#write('message', text);
    for (const call of toolCalls) this.#call(call);
    this.#close();
    return this.#ended(choice);
  }

  #write(kind: OpenItem['kind'], delta: string): readonly string[] {
    const opening = this.#open?.kind === kind ? [] : [...this.#close(), ...this.#begin(kind)];
    const item = this.#open;
    if (item === undefined) return opening;
    item.text += delta;
    const type = kind === 'reasoning' ? 'response.reasoning_summary_text.delta' : 'response.output_text.delta';
    return [
      ...opening,
      this.#event(type, { ...placeOf(item), delta, ...(kind === 'message' ? { logprobs: [] } : {}) }),
    ];
  }

  #begin(kind: OpenItem['kind']): readonly string[] {
    const id = `${kind === 'reasoning' ? 'rs' : 'msg'}_${randomUUID().replaceAll('-', '')}`;
    const open: OpenItem = { kind, id, index: this.#output.length, text: '' };
    this.#open = open;
    const type = kind === 'reasoning' ? 'response.reasoning_summary_part.added' : 'response.content_part.added';
    return [
      this.#event('response.output_item.added', { output_index: open.index, item: itemOf(open, { isDone: false }) }),
      this.#event(type, { ...placeOf(open), part: partOf(open) }),
    ];
  }

  #close(): readonly string[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    const item = itemOf(open, { isDone: true });
    this.#output.push(item);
    const place = placeOf(open);
    const [text, part] =
      open.kind === 'reasoning'
        ? ['response.reasoning_summary_text.done', 'response.reasoning_summary_part.done']
        : ['response.output_text.done', 'response.content_part.done'];
    return [
      this.#event(text, { ...place, text: open.text, ...(open.kind === 'message' ? { logprobs: [] } : {}) }),
      this.#event(part, { ...place, part: partOf(open) }),
      this.#event('response.output_item.done', { output_index: open.index, item }),
    ];
  }

  #call({ id: callId, function: { name, arguments: given } }: ToolCall): readonly string[] {
    const closing = this.#close();
    const id = `fc_${randomUUID().replaceAll('-', '')}`;
    const index = this.#output.length;
    const item = { type: 'function_call', id, call_id: callId, name, arguments: given, status: 'completed' };
    this.#output.push(item);
    const place = { item_id: id, output_index: index };
    return [
      ...closing,
      this.#event('response.output_item.added', {
        output_index: index,
        item: { ...item, arguments: '', status: 'in_progress' },
      }),
      this.#event('response.function_call_arguments.delta', { ...place, delta: given }),
      this.#event('response.function_call_arguments.done', { ...place, name, arguments: given }),
      this.#event('response.output_item.done', { output_index: index, item }),
    ];
  }

  #end(end: ChoiceEnd): string {
    const response = this.#ended(end);
    return this.#event(isComplete(end) ? 'response.completed' : 'response.incomplete', { response });
  }

  #ended(end: ChoiceEnd): object {
    const usage = toUsage([end]);
    const reason = end.finishReason === 'length' ? 'max_output_tokens' : 'content_filter';
    return this.#response({
      status: isComplete(end) ? 'completed' : 'incomplete',
      incomplete_details: isComplete(end) ? null : { reason },
      usage: {
        input_tokens: usage.prompt_tokens,
        input_tokens_details: usage.prompt_tokens_details,
        output_tokens: usage.completion_tokens,
        output_tokens_details: usage.completion_tokens_details,
        total_tokens: usage.total_tokens,
      },
      ...toNotes([end]),
    });
  }

  /** All that a response has, with what is known so far. */
  #response(fields: object): object {
    const { model, instructions, max_output_tokens, temperature, top_p, tools, tool_choice, text } = this.#request;
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#created,
      status: 'in_progress',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: instructions ?? null,
      max_output_tokens: max_output_tokens ?? null,
      metadata: this.#request.metadata ?? {},
      model,
      output: [...this.#output],
      parallel_tool_calls: this.#request.parallel_tool_calls ?? true,
      previous_response_id: null,
      reasoning: { effort: this.#request.reasoning?.effort ?? null, summary: null },
      store: false,
      temperature: temperature ?? null,
      text: { format: text?.format ?? { type: 'text' } },
      tool_choice: tool_choice ?? 'auto',
      tools: (tools ?? []).filter((tool) => 'name' in tool),
      top_p: top_p ?? null,
      truncation: 'disabled',
      usage: null,
      user: null,
      ...fields,
    };
  }

  #event(type: string, fields: object): string {
    const event = namedEvent({ type, sequence_number: this.#sequence, ...fields });
    this.#sequence += 1;
    return event;
  }
}

function isComplete({ finishReason }: ChoiceEnd): boolean {
  return finishReason !== 'length' && finishReason !== 'content_filter';
}

function placeOf({ kind, id, index }: OpenItem): object {
  return { item_id: id, output_index: index, ...(kind === 'reasoning' ? { summary_index: 0 } : { content_index: 0 }) };
}

function partOf({ kind, text }: OpenItem): object {
  return kind === 'reasoning'
    ? { type: 'summary_text', text }
    : { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemOf(open: OpenItem, { isDone }: { isDone: boolean }): object {
  const status = isDone ? 'completed' : 'in_progress';
  const parts = isDone ? [partOf(open)] : [];
  return open.kind === 'reasoning'
    ? { type: 'reasoning', id: open.id, summary: parts, status }
    : { type: 'message', id: open.id, role: 'assistant', content: parts, status };
}
