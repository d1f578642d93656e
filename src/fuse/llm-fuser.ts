import type { LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { type AnswerTools, streamAnswer } from '../calls/index.ts';
import type { Fuser, FuserFuseOptions, FuserFuseResult } from '../spec/fuser.ts';
import { type GenerationSettings, mergeProviderOptions, type ModelObject } from '../spec/model-choice.ts';
import { promptWithAttachments } from '../spec/prompt.ts';
import type { Task } from '../spec/task.ts';
import { addUsage, NO_USAGE } from '../spec/usage.ts';
import { schemaOutput, schemaSettings, schemaWords } from '../structured/index.ts';
import { ModelCallError } from '../error/index.ts';
import { ANALYSIS_SHARE, analyseCandidates } from './analysis/analyse-candidates.ts';
import { trimAnalysis } from './analysis/analysis-text.ts';
import { cleanFusion } from './clean-fusion.ts';
import { fitFusion } from './fit-fusion.ts';
import { fuserContext, withRoomFor, withRoomForMessages } from './fuser-context.ts';
import { type FusionPromptFunction, shownCandidates } from './fusion-material.ts';
import type { FusionSettings } from './fusion-settings.ts';
import { conversationPrompt } from './prompt/conversation-prompt.ts';
import { resolvePrompt } from './prompt/resolve-prompt.ts';

/** Tokens of the answer without `maxOutputTokens`. */
export const DEFAULT_FUSION_TOKENS = 512;

/** A conversation that the fuser continues with tools, in place of a task that it reads as text. */
export interface FuserConversation {
  /** All messages so far. The drafts stand behind the last message of the user. */
  readonly prompt: LanguageModelV4Prompt;
  readonly tools: AnswerTools;
  /** Options that the caller means for this call, such as whether several tools may be called at once. */
  readonly providerOptions: GenerationSettings['providerOptions'] | undefined;
  /** Called with each part of the model's reply as it comes. Must not throw. */
  readonly onPart: (part: LanguageModelV4StreamPart) => void;
}

/** Settings of one call. */
type AskOptions = GenerationSettings &
  Pick<FuserFuseOptions, 'budget' | 'abortSignal' | 'onDelta' | 'onReasoningDelta' | 'onRestart'> &
  Pick<Parameters<typeof streamAnswer>[0], 'output'> &
  Pick<Task, 'attachments'>;

/** Options of {@link createLlmFuser}. */
interface LlmFuserOptions {
  readonly model: ModelObject;
  readonly name: string;
  readonly settings: GenerationSettings;
  readonly fusion: FusionSettings;
  readonly maxRetries: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly conversation?: FuserConversation | undefined;
}

/** A {@link Fuser} that calls a language model. Texts are shortened in the middle where they do not fit its context. */
export function createLlmFuser(options: LlmFuserOptions): Fuser {
  const { model, name, fusion, maxRetries, timeoutMs, conversation } = options;
  const { analysis: analyses = false, showRanks = true, showScores = false } = fusion;
  const wholeContext = withRoomForMessages(conversation?.prompt, fuserContext(model, name, fusion.contextTokens));
  const { fusionPrompt = 'default' } = fusion;
  const writePrompt =
    conversation !== undefined && fusionPrompt === 'default'
      ? conversationPrompt(conversation.prompt)
      : resolvePrompt(fusionPrompt);
  const ask = (text: string, call: AskOptions, within?: FuserConversation) => {
    const { attachments, budget, abortSignal, onDelta, onReasoningDelta, onRestart, output, ...settings } = call;
    return streamAnswer({
      model,
      name,
      prompt: within === undefined ? promptWithAttachments(text, attachments) : withUserText(within.prompt, text),
      settings,
      maxRetries,
      timeoutMs,
      budget,
      abortSignal,
      onDelta,
      onReasoningDelta,
      onRestart: () => onRestart?.('thought'),
      onPart: within?.onPart,
      output,
      tools: within?.tools,
    });
  };
  return {
    specificationVersion: 'v1',
    name,
    analyses,
    async doFuse({
      onAnalysis,
      onDelta,
      onReasoningDelta,
      onRestart,
      ...material
    }: FuserFuseOptions): Promise<FuserFuseResult> {
      const { task, jsonSchema, budget, abortSignal } = material;
      const parts = { task, ...shownCandidates(material, { showRanks, showScores }), analysis: undefined };
      const { attachments } = task;
      const context = withRoomFor(attachments, wholeContext);
      const call = { budget, abortSignal };
      // A single candidate has nothing to be compared with.
      const analysed =
        analyses && material.analysis === undefined && parts.candidates.length > 1
          ? await analyseCandidates({
              ...call,
              parts,
              context,
              model: name,
              ask: (text, more) => ask(text, { ...more, attachments, temperature: 0, abortSignal }),
            })
          : undefined;
      const outcome = analysed && { analysis: analysed.analysis, failure: analysed.failure };
      if (outcome !== undefined) onAnalysis?.(outcome);
      const points = material.analysis ?? outcome?.analysis;
      const analysis = trimAnalysis(points, Math.floor(context.tokens * ANALYSIS_SHARE), context.measure);
      // The likeliest text by default: the original decodes by beam search, and a fusion gains nothing from sampling.
      const chosen: GenerationSettings =
        conversation === undefined
          ? { temperature: 0, maxOutputTokens: DEFAULT_FUSION_TOKENS, ...options.settings }
          : { temperature: 0, ...conversationSettings(options.settings, conversation) };
      const settings = jsonSchema === undefined ? chosen : schemaSettings(chosen, jsonSchema);
      const prompt: FusionPromptFunction =
        jsonSchema === undefined ? writePrompt : (given) => `${writePrompt(given)}\n\n${schemaWords(jsonSchema)}`;
      const output = jsonSchema && schemaOutput(jsonSchema);
      const outputTokens = settings.maxOutputTokens ?? DEFAULT_FUSION_TOKENS;
      const fitted = fitFusion(prompt, { ...parts, analysis }, { context, outputTokens, model: name });
      const answer = await ask(
        fitted.text,
        {
          ...settings,
          ...call,
          attachments,
          onDelta,
          onReasoningDelta,
          onRestart,
          output,
        },
        conversation,
      );
      const written = answer.text.trim();
      const callsTools = conversation !== undefined && answer.toolCalls !== undefined;
      const cleaned = cleanFusion(written, { fences: fitted.fences, task, candidates: material.candidates });
      const text = cleaned ?? (callsTools ? '' : undefined);
      if (text === undefined) {
        throw new ModelCallError({
          kind: 'error',
          model: name,
          message:
            'The fused answer refers to the candidates by the labels of the prompt. Fuse with a larger model, or with another fusionPrompt (--fusion-prompt).',
        });
      }
      if (text !== written) {
        onRestart?.('cleaned');
        onDelta?.(text);
      }
      return {
        text,
        reasoning: answer.reasoning,
        finishReason: answer.finishReason,
        usage: addUsage(analysed?.usage ?? NO_USAGE, answer.usage),
        truncated: fitted.truncated || analysed?.truncated === true,
        ...(callsTools ? { callsTools } : {}),
        ...(answer.warnings.length === 0 ? {} : { warnings: answer.warnings }),
        analysed: outcome,
      };
    },
  };
}

/**
 * Settings of the fuser's own go before those of the call. There is no default length: the input of a tool, such as a
 * file to write, may be longer than an answer, and is worth nothing where it is cut.
 */
function conversationSettings(own: GenerationSettings, { providerOptions }: FuserConversation): GenerationSettings {
  return { ...own, providerOptions: mergeProviderOptions(providerOptions, own.providerOptions) };
}

/**
 * A prompt with a text behind the last message of the user. Results of tools may follow it: several providers and many
 * chat templates take no message of the user between results and the reply to them.
 */
function withUserText(prompt: LanguageModelV4Prompt, text: string): LanguageModelV4Prompt {
  const part = { type: 'text', text } as const;
  const index = prompt.findLastIndex(({ role }) => role === 'user');
  const last = prompt[index];
  if (last?.role !== 'user') return [...prompt, { role: 'user', content: [part] }];
  return prompt.with(index, { ...last, content: [...last.content, part] });
}
