import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { BlendOptions } from '../blend/index.ts';
import type { AnswerTools } from '../calls/index.ts';
import type { JsonSchemaObject } from '../spec/answer-schema.ts';
import { mergeProviderOptions } from '../spec/model-choice.ts';
import { definedOnly } from '../util/defined-only.ts';
import { toPlainMessages } from './conversation.ts';
import { PROVIDER_KEY } from './provider-metadata.ts';

/** What a call of a model asks of a blend. */
export interface CallRequest {
  /** For the whole blend; what is not set is left to the blend. */
  readonly options: BlendOptions;
  /** Undefined where there are none to call. */
  readonly tools: AnswerTools | undefined;
  /** What a blend cannot do of it. */
  readonly warnings: readonly SharedV4Warning[];
}

/** Translates the options of a call. */
export function toCallRequest(
  call: LanguageModelV4CallOptions,
  { providerOptions: own }: Pick<BlendOptions, 'providerOptions'>,
): CallRequest {
  const { prompt, maxOutputTokens, temperature, topP, seed, stopSequences, abortSignal, responseFormat } = call;
  const { [PROVIDER_KEY]: _ours, ...given } = mergeProviderOptions(own, call.providerOptions);
  const { tools, warnings } = callableTools(call);
  return {
    options: definedOnly({
      messages: toPlainMessages(prompt),
      maxOutputTokens,
      temperature,
      topP,
      seed,
      stopSequences,
      abortSignal,
      schema: responseFormat?.type === 'json' ? answerSchema(responseFormat) : undefined,
      providerOptions: Object.keys(given).length === 0 ? undefined : given,
    }) as BlendOptions,
    tools,
    warnings: [...unsupportedSettings(call), ...warnings],
  };
}

/** Without a schema, any JSON will do. */
function answerSchema({
  schema = {},
  description,
}: Extract<LanguageModelV4CallOptions['responseFormat'], { type: 'json' }>): JsonSchemaObject {
  return { ...(description === undefined ? {} : { description }), ...(schema as JsonSchemaObject) };
}

function unsupportedSettings(call: LanguageModelV4CallOptions): readonly SharedV4Warning[] {
  const { topK, presencePenalty, frequencyPenalty, reasoning = 'provider-default', headers = {} } = call;
  const settings = { topK, presencePenalty, frequencyPenalty };
  const given = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  // The AI SDK sends its own name with every call.
  const ownHeaders = Object.keys(definedOnly(headers)).filter((name) => name.toLowerCase() !== 'user-agent');
  return [
    ...given.map((feature) => unsupported(feature, 'The members of a blend do not get it.')),
    ...(reasoning === 'provider-default'
      ? []
      : [unsupported('reasoning', 'Set it in providerOptions, which every member gets.')]),
    ...(ownHeaders.length === 0
      ? []
      : [unsupported('headers', 'They would reach the providers of all members, and are sent to none.')]),
  ];
}

/** The tools that the final writer gets. A choice of no tool is the same as no tools. */
function callableTools({ tools = [], toolChoice }: LanguageModelV4CallOptions): {
  readonly tools: AnswerTools | undefined;
  readonly warnings: readonly SharedV4Warning[];
} {
  const own = tools.filter((tool) => tool.type === 'function');
  const warnings = tools
    .filter((tool) => tool.type === 'provider')
    .map(({ id }) =>
      unsupported(`provider-executed tool ${id}`, 'A blend has members of several providers; it takes client tools.'),
    );
  if (own.length === 0 || toolChoice?.type === 'none') return { tools: undefined, warnings };
  const isLost = toolChoice?.type === 'tool' && !own.some(({ name }) => name === toolChoice.toolName);
  return {
    tools: { tools: own, ...(toolChoice === undefined || isLost ? {} : { toolChoice }) },
    warnings,
  };
}

export function unsupported(feature: string, details: string): SharedV4Warning {
  return { type: 'unsupported', feature, details };
}
