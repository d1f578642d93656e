import type { ModelMessage } from 'ai';
import type { Blender, JsonSchemaObject, NamedBlend, NextQuestion, SessionAction } from '../../index.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { ToolCallMemory } from '../answer/tool-call-memory.ts';
import { ApiError } from '../api-error.ts';
import { toPrompt } from '../chat/to-prompt.ts';
import type { ServerLimits } from '../server-limits.ts';
import type { BlendChoices } from './blend-choices.ts';
import type { ActionRequest, ConfigurationRequest, EstimateRequest, NamedMember } from './blend-request.ts';

/** What a session is made of. */
export type SessionOptions = Parameters<Blender['createBlendSession']>[0];

interface Context {
  readonly choices: BlendChoices;
  readonly limits: ServerLimits;
}

/** Of these a client may have less than the blend, and no more. */
const LIMITS = [
  'timeoutMs',
  'totalTimeoutMs',
  'maxRetries',
  'maxCalls',
  'maxCost',
] as const satisfies readonly (keyof NamedBlend)[];

/** A blend as a client asks for it. @throws ApiError */
export function toBlend(request: EstimateRequest, context: Context): SessionOptions {
  const { prompt, messages, instruction, input, schema, ...settings } = request;
  if (messages !== undefined) checkLimit('messages', messages.length, context.limits.messages);
  // That there is exactly one question is for the library to check.
  return definedOnly({
    ...toSettings(settings, context),
    prompt,
    messages: messages === undefined ? undefined : toMessages(messages),
    instruction,
    input,
    schema: schema as JsonSchemaObject | undefined,
  }) as unknown as SessionOptions;
}

/** The settings of a blend without a question. @throws ApiError */
export function toSettings(
  request: Omit<ConfigurationRequest, 'name'>,
  { choices, limits }: Context,
): Omit<SessionOptions, 'prompt' | 'messages' | 'instruction' | 'input' | 'schema'> {
  const { blend, models, ranker, checkRanker, fuser, ...others } = request;
  const { name, settings } = choices.findBlend(blend);
  checkLimit('models', models?.length ?? 0, limits.members);
  checkAmounts(others, { limits, param: '' });
  for (const limit of LIMITS) checkLimit(limit, others[limit] ?? 0, settings[limit] ?? Infinity);
  return definedOnly({
    ...others,
    blend: name,
    models: models?.map((model, index) => toMember(model, { choices, limits }, `models[${index}]`)),
    ranker: choices.toRanker(ranker, 'ranker'),
    checkRanker: choices.toRanker(checkRanker, 'checkRanker'),
    fuser: choices.toFuser(withinAmounts(fuser, { limits, param: 'fuser.' }), 'fuser'),
  });
}

/** An action as a client asks for it. @throws ApiError */
export function toAction(request: ActionRequest, context: Context): SessionAction {
  const { choices, limits } = context;
  switch (request.type) {
    case 'add':
      return { type: 'add', member: toMember(request.member, context, 'member') };
    case 'change': {
      const { model, ...settings } = request.change;
      checkAmounts(settings, { limits, param: 'change.' });
      const given = definedOnly(settings);
      const change = model === undefined ? given : { ...choices.toMember({ model, ...given }, 'change.model') };
      return { type: 'change', id: request.id, change };
    }
    case 'rank': {
      const { ranker, ...settings } = request.settings ?? {};
      return {
        type: 'rank',
        settings: definedOnly({ ...settings, ranker: choices.toRanker(ranker, 'settings.ranker') }),
      };
    }
    case 'fuse': {
      const { fuser, checkRanker, insights, ...settings } = request.settings ?? {};
      checkAmounts(settings, { limits, param: 'settings.' });
      return {
        type: 'fuse',
        settings: definedOnly({
          ...settings,
          insights: insights && definedOnly(insights),
          fuser: choices.toFuser(withinAmounts(fuser, { limits, param: 'settings.fuser.' }), 'settings.fuser'),
          checkRanker: choices.toRanker(checkRanker, 'settings.checkRanker'),
        }),
      };
    }
    case 'compare': {
      const { ranker, ...settings } = request.settings ?? {};
      return {
        ...request,
        settings: definedOnly({ ...settings, ranker: choices.toRanker(ranker, 'settings.ranker') }),
      };
    }
    case 'continue':
      return { ...request, question: toQuestion(request.question) };
    default:
      return request;
  }
}

/** @throws ApiError 400 */
export function checkLimit(param: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new ApiError({ status: 400, message: `${param}: at most ${limit} here, and not ${value}.`, param });
}

function toMember(given: NamedMember, { choices, limits }: Context, param: string) {
  return choices.toMember(withinAmounts(given, { limits, param: `${param}.` }), param);
}

interface Amounts {
  readonly maxOutputTokens?: number | undefined;
  readonly samples?: number | undefined;
}

function checkAmounts(
  { maxOutputTokens = 1, samples = 1 }: Amounts,
  { limits, param }: { limits: ServerLimits; /** What they belong to, with a point. */ param: string },
): void {
  checkLimit(`${param}maxOutputTokens`, maxOutputTokens, limits.outputTokens);
  checkLimit(`${param}samples`, samples, limits.samples);
}

function withinAmounts<GIVEN extends string | Amounts | undefined>(
  given: GIVEN,
  where: Parameters<typeof checkAmounts>[1],
): GIVEN {
  if (typeof given === 'object') checkAmounts(given, where);
  return given;
}

function toMessages(messages: NonNullable<EstimateRequest['messages']>): readonly ModelMessage[] {
  return toPrompt(messages, new ToolCallMemory()).map((message) => {
    const [only] = message.role === 'system' ? [] : message.content;
    // One text is what all models read best.
    const isText = message.content.length === 1 && only?.type === 'text';
    return (isText ? { ...message, content: only.text } : message) as ModelMessage;
  });
}

function toQuestion(content: Extract<ActionRequest, { type: 'continue' }>['question']): NextQuestion {
  if (typeof content === 'string') return content;
  const [message] = toMessages([{ role: 'user', content }]);
  return message?.role === 'user' ? message.content : '';
}
