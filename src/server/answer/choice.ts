import type {
  JSONValue,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { toCallError } from '../../calls/call-failures.ts';
import { ApiError } from '../api-error.ts';
import type { FusionRequest } from '../fusion/fusion-request.ts';
import { checkQuorum, failedModels } from '../fusion/serve-fusion.ts';
import type { ServedModel } from '../served-models.ts';
import type { ToolCallMemory } from './tool-call-memory.ts';

/** A call of a tool as OpenAI's API has it. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** What a choice begins or goes on with. */
export interface ChoiceDelta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly (ToolCall & { readonly index: number })[];
}

/** How a choice ended. */
export interface ChoiceEnd {
  readonly finishReason: 'stop' | 'length' | 'content_filter' | 'tool_calls';
  readonly usage: LanguageModelV4Usage;
  /** What a blend says of its answer, and what could not be done of what was asked; undefined for nothing. */
  readonly notes: Readonly<Record<string, JSONValue | undefined>> | undefined;
}

/** A whole choice. */
export interface WholeChoice extends ChoiceEnd {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
}

/** How choices are read. */
export interface ChoiceOptions {
  readonly served: ServedModel;
  readonly memory: ToolCallMemory;
  /** Whether the steps of a blend are part of the reasoning. */
  readonly showProgress: boolean;
  /** What else is said of the answer, besides what a blend says. */
  readonly notes: Readonly<Record<string, JSONValue>>;
  /** What of the request has no effect, besides what the model says. */
  readonly warnings: readonly JSONValue[];
  /** The panel that the request names. */
  readonly fusion: FusionRequest | undefined;
}

/** A choice as it is written; the last event is its end. @throws BlenderError, the signal's reason on abort */
export async function* streamChoice(
  model: LanguageModelV4,
  call: LanguageModelV4CallOptions,
  options: ChoiceOptions,
): AsyncGenerator<ChoiceDelta | ChoiceEnd> {
  try {
    yield* readStream(model, call, options);
  } catch (error) {
    call.abortSignal?.throwIfAborted();
    const { kind, id } = options.served;
    // The errors of a blend are of this package already, or a fault in it.
    throw kind === 'blend' || error instanceof ApiError ? error : toCallError(error, id);
  }
}

async function* readStream(
  model: LanguageModelV4,
  call: LanguageModelV4CallOptions,
  options: ChoiceOptions,
): AsyncGenerator<ChoiceDelta | ChoiceEnd> {
  const { memory, showProgress, fusion } = options;
  const quorum = fusion?.min_successful_responses ?? 1;
  let calls = 0;
  let warnings: readonly SharedV4Warning[] = [];
  let end: ChoiceEnd | undefined;
  const { stream } = await model.doStream(quorum > 1 ? { ...call, includeRawChunks: true } : call);
  for await (const part of stream) {
    switch (part.type) {
      case 'stream-start':
        ({ warnings } = part);
        break;
      case 'raw':
        checkQuorum(part.rawValue, quorum);
        break;
      case 'text-delta':
        if (part.delta !== '') yield { content: part.delta };
        break;
      case 'reasoning-delta':
        if (part.delta !== '' && (showProgress || !isProgress(part))) yield { reasoning_content: part.delta };
        break;
      case 'tool-call':
        yield { tool_calls: [{ index: calls, ...toToolCall(part, memory) }] };
        calls += 1;
        break;
      case 'error':
        throw part.error;
      case 'finish':
        end = toEnd(part, { ...options, warnings: [...options.warnings, ...toJson(warnings)], callsTools: calls > 0 });
        break;
      default:
    }
  }
  if (end === undefined) throw brokenOff();
  yield end;
}

/** Tells the end of a choice from the rest. */
export function isChoiceEnd(event: ChoiceDelta | ChoiceEnd): event is ChoiceEnd {
  return 'finishReason' in event;
}

/** A choice at once. A blend is asked for it whole, since it may take back what it has streamed. */
export async function wholeChoice(
  model: LanguageModelV4,
  call: LanguageModelV4CallOptions,
  options: ChoiceOptions,
): Promise<WholeChoice> {
  const { served, memory, fusion } = options;
  // With a quorum, it is read as it comes.
  if (served.kind === 'blend' && fusion?.min_successful_responses === undefined) {
    const { content, warnings, ...result } = await model.doGenerate(call);
    const toolCalls = content.filter((part) => part.type === 'tool-call').map((part) => toToolCall(part, memory));
    return {
      text: textOf(content, 'text'),
      // What a blend tells of its steps is for who waits.
      reasoning: textOf(
        content.filter((part) => !isProgress(part)),
        'reasoning',
      ),
      toolCalls,
      ...toEnd(result, {
        ...options,
        warnings: [...options.warnings, ...toJson(warnings)],
        callsTools: toolCalls.length > 0,
      }),
    };
  }
  let [text, reasoning] = ['', ''];
  const toolCalls: ToolCall[] = [];
  for await (const event of streamChoice(model, call, options)) {
    if (isChoiceEnd(event)) return { text, reasoning, toolCalls, ...event };
    text += event.content ?? '';
    reasoning += event.reasoning_content ?? '';
    for (const { index: _index, ...toolCall } of event.tool_calls ?? []) toolCalls.push(toolCall);
  }
  throw brokenOff();
}

function brokenOff(): ApiError {
  return new ApiError({
    status: 502,
    message: 'The answer broke off before its end.',
    code: 'model_call_failed',
    headers: { 'x-should-retry': 'false' },
  });
}

function textOf(content: readonly LanguageModelV4Content[], type: 'text' | 'reasoning'): string {
  return content.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('');
}

/** What a blend tells of its steps, and no thought of a model. */
function isProgress(part: { readonly providerMetadata?: SharedV4ProviderMetadata | undefined }): boolean {
  return part.providerMetadata?.['llmBlender']?.['progress'] === true;
}

function toToolCall(
  { toolCallId, toolName, input, providerMetadata }: Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>,
  memory: ToolCallMemory,
): ToolCall {
  memory.remember(toolCallId, providerMetadata);
  return { id: toolCallId, type: 'function', function: { name: toolName, arguments: input } };
}

function toJson(warnings: readonly SharedV4Warning[]): readonly JSONValue[] {
  return warnings.map((warning) => ({ ...warning }));
}

const FINISH_REASONS: Partial<Record<LanguageModelV4FinishReason['unified'], ChoiceEnd['finishReason']>> = {
  length: 'length',
  'content-filter': 'content_filter',
};

function toEnd(
  {
    finishReason,
    usage,
    providerMetadata,
  }: {
    readonly finishReason: LanguageModelV4FinishReason;
    readonly usage: LanguageModelV4Usage;
    readonly providerMetadata?: SharedV4ProviderMetadata;
  },
  {
    warnings,
    notes: own,
    fusion,
    callsTools,
  }: Pick<ChoiceOptions, 'notes' | 'warnings' | 'fusion'> & { callsTools: boolean },
): ChoiceEnd {
  const said = providerMetadata?.['llmBlender'];
  const notes = {
    ...said,
    ...own,
    ...(fusion === undefined ? {} : { failed_models: [...failedModels(said?.['failures'])] }),
    ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
  };
  return {
    finishReason: callsTools ? 'tool_calls' : (FINISH_REASONS[finishReason.unified] ?? 'stop'),
    usage,
    notes: Object.keys(notes).length === 0 ? undefined : notes,
  };
}
