import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import {
  applyNamedBlend,
  type BlendOptions,
  checkBlendSettings,
  DEFAULT_BLEND,
  estimateBlend,
  streamBlend,
} from '../blend/index.ts';
import type { WorkEstimate } from '../estimate/index.ts';
import { checkFuseOptions, type FuserChoice, isFuser } from '../fuse/index.ts';
import { planCalls } from '../generate/index.ts';
import { checkRankSettings } from '../rank/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { BLEND_PROVIDER } from '../spec/blend-provider.ts';
import type { ModelChoice } from '../spec/model-choice.ts';
import { normalizePrompt, type PromptOptions } from '../spec/prompt.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { mergeAbortSignals } from '../util/merge-abort-signals.ts';
import { AnswerParts } from './answer-parts.ts';
import { inBlend } from './blend-depth.ts';
import { type CallRequest, toCallRequest, unsupported } from './call-request.ts';
import { withoutOwnMarks, writerOfToolCalls } from './conversation.ts';
import { memberUrls } from './member-urls.ts';
import { toGenerateResult } from './generate-result.ts';
import { ToolReplyCollector } from './tool-reply.ts';

/** Options of `blenderModel`: those of a blend, without what each call brings, and how it is as a model. */
export interface BlenderModelOptions extends Omit<
  BlendOptions,
  Exclude<keyof PromptOptions, 'system'> | 'schema' | 'abortSignal' | 'resources' | 'conversation'
> {
  /** The `modelId`. @default the name of the blend, or `blend` where `models` are given */
  readonly name?: string | undefined;
  /** Whether the steps of the blend are told as reasoning while it runs. @default true */
  readonly showProgress?: boolean | undefined;
  /** How deep blends may be nested, this one included. A model whose blend is deeper fails. @default 2 */
  readonly maxDepth?: number | undefined;
}

/** A blend as a language model of the AI SDK. */
export interface BlenderModel extends LanguageModelV4 {
  /** The models that are asked, without aliases. */
  readonly members: readonly ModelChoice[];
  /** What a call would take, without asking a model. @throws InvalidArgumentError for a call that cannot be made. */
  estimate(call: LanguageModelV4CallOptions): Promise<WorkEstimate>;
}

/** {@link BlenderModel}. */
export class BlendModel implements BlenderModel {
  readonly specificationVersion = 'v4';
  readonly provider = BLEND_PROVIDER;
  readonly modelId: string;
  readonly #blend: BlendOptions & { readonly models: readonly ModelChoice[] };
  readonly #resources: Resources;
  readonly #showProgress: boolean;
  readonly #maxDepth: number;

  /** @throws InvalidArgumentError for a blend that cannot run. */
  constructor(options: BlenderModelOptions, resources: Resources = sharedResources()) {
    const { name, showProgress = true, maxDepth = 2, ...blend } = options;
    checkNumber('maxDepth', maxDepth, COUNT);
    this.#blend = applyNamedBlend(blend);
    planCalls(this.#blend);
    checkRankSettings(this.#blend);
    checkFuseOptions(this.#blend);
    checkBlendSettings(this.#blend);
    this.modelId = name ?? (blend.models === undefined ? (blend.blend ?? DEFAULT_BLEND) : 'blend');
    this.#resources = resources;
    this.#showProgress = showProgress;
    this.#maxDepth = maxDepth;
  }

  get members(): readonly ModelChoice[] {
    return this.#blend.models;
  }

  /** Addresses that every member fetches itself. */
  get supportedUrls(): LanguageModelV4['supportedUrls'] {
    return memberUrls(this.#blend, this.#resources);
  }

  async estimate(call: LanguageModelV4CallOptions): Promise<WorkEstimate> {
    return estimateBlend(this.#optionsFor(call).options);
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    return toGenerateResult(await this.#stream(call, { isWhole: true }));
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    return this.#stream(call, { isWhole: false });
  }

  async #stream(
    call: LanguageModelV4CallOptions,
    /** Whether nobody sees the answer before its end. */
    { isWhole }: { isWhole: boolean },
  ): Promise<LanguageModelV4StreamResult> {
    call.abortSignal?.throwIfAborted();
    const { options: asked, withTools, warnings } = this.#optionsFor(call);
    const abortSignal = mergeAbortSignals(call.abortSignal, this.#resources.closing);
    const options: BlendOptions = { ...asked, abortSignal };
    // A mistake in the call is the caller's, and no part of the answer.
    normalizePrompt(options);
    const blend = inBlend({ name: this.modelId, maxDepth: this.#maxDepth }, () => streamBlend(options).getReader());
    const parts = new AnswerParts({
      fuser: withTools?.fuser,
      showProgress: this.#showProgress,
      streamsFused: options.stream === 'fused' && !isWhole && isWrittenAsAsked(call.responseFormat),
    });
    const stream = new ReadableStream<LanguageModelV4StreamPart>({
      start: (controller) => {
        controller.enqueue({ type: 'stream-start', warnings: [...warnings] });
        controller.enqueue({
          type: 'response-metadata',
          id: `blend-${randomUUID()}`,
          timestamp: new Date(),
          modelId: this.modelId,
        });
      },
      pull: async (controller) => {
        try {
          for (;;) {
            const { value } = await blend.read();
            if (value === undefined) break;
            const raw = call.includeRawChunks === true ? [{ type: 'raw', rawValue: value } as const] : [];
            const made = [...raw, ...parts.read(value)];
            for (const part of made) controller.enqueue(part);
            if (made.length > 0 && value.type !== 'blend-end') return;
          }
          controller.close();
        } catch (error) {
          if (abortSignal?.aborted) throw abortSignal.reason;
          for (const part of parts.fail(error)) controller.enqueue(part);
          controller.close();
        }
      },
      cancel: (reason) => blend.cancel(reason),
    });
    return { stream };
  }

  /** The blend that a call is. */
  #optionsFor(call: LanguageModelV4CallOptions) {
    const request = toCallRequest(call, this.#blend);
    const { withTools, warnings } = this.#withTools(call, request);
    const options: BlendOptions = {
      ...this.#blend,
      ...request.options,
      ...withTools?.options,
      resources: this.#resources,
    };
    return { options, withTools, warnings };
  }

  /** What a blend needs besides for a call with tools: they go to the fuser, and to no other model. */
  #withTools(call: LanguageModelV4CallOptions, { tools, warnings, options: asked }: CallRequest) {
    const { fuser: chosen, fusion } = this.#blend;
    if (tools === undefined) return { warnings };
    if (isFuser(chosen)) {
      const details = `The fuser ${chosen.name} is no language model, and only the fuser gets tools.`;
      return { warnings: [...warnings, unsupported('tools', details)] };
    }
    const fuser = new ToolReplyCollector();
    const prompt = withoutOwnMarks(call.prompt);
    const options: Partial<BlendOptions> = {
      conversation: { prompt, tools, providerOptions: asked.providerOptions, onPart: fuser.onPart },
      fuser: chosen ?? this.#memberNamed(writerOfToolCalls(call.prompt)),
      // Without fusion, the fuser still gets the tools, and of the drafts the best alone.
      ...(fusion === false ? { fusion: true, topK: 1 } : {}),
    };
    return { withTools: { options, fuser }, warnings };
  }

  /** The member that called the tools stays the fuser until their results are answered: it knows its calls. */
  #memberNamed(name: string | undefined): FuserChoice | undefined {
    if (name === undefined) return undefined;
    return planCalls(this.#blend).find((call) => call.name === name)?.model;
  }
}

/** Whether an answer is written in the form in which it is asked for: JSON that is no object is asked for inside of one. */
function isWrittenAsAsked(format: LanguageModelV4CallOptions['responseFormat']): boolean {
  return format?.type !== 'json' || format.schema?.type === 'object';
}
