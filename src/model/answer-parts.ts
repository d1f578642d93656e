import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { BlendPart, BlendResult } from '../blend/index.ts';
import { ProgressText } from './progress-text.ts';
import { PROVIDER_KEY, toModelUsage, toProviderMetadata } from './provider-metadata.ts';
import type { ToolReply, ToolReplyCollector } from './tool-reply.ts';

/** Ids of the blocks of a stream; those of the model that has the tools get a name in front. */
const PROGRESS_ID = 'progress';
const ANSWER_ID = 'answer';
const WRITER_ID = 'writer:';

/** Marks a thought that is none, so that no model gets it back in the next turn. */
const PROGRESS_METADATA = { [PROVIDER_KEY]: { progress: true } };

/** Translates the parts of a blend to those of a model, in the order that the AI SDK expects. */
export class AnswerParts {
  readonly #fuser: ToolReplyCollector | undefined;
  readonly #progress: ProgressText | undefined;
  #isProgressOpen = false;

  constructor({ fuser, showProgress }: { fuser: ToolReplyCollector | undefined; showProgress: boolean }) {
    this.#fuser = fuser;
    this.#progress = showProgress ? new ProgressText() : undefined;
  }

  /** The parts of a model that a part of a blend becomes. */
  read(part: BlendPart): readonly LanguageModelV4StreamPart[] {
    this.#fuser?.read(part);
    const reply = this.#fuser?.reply;
    // What a blend decides about its candidates says nothing where tools are called.
    const isOverruled = part.type === 'blend-end' && reply !== undefined;
    const progress = this.#showProgress(
      isOverruled ? `${reply.fuser} calls tools.\n` : (this.#progress?.lineOf(part) ?? ''),
    );
    if (part.type !== 'blend-end') return progress;
    const { result } = part;
    return [
      ...progress,
      ...this.#closeProgress(),
      ...(reply === undefined ? answerBlock(result.text) : replyBlocks(reply)),
      {
        type: 'finish',
        finishReason: reply === undefined ? finishReasonOf(result) : replyFinishReason(reply),
        usage: toModelUsage(result.usage),
        providerMetadata: toProviderMetadata(result, { callsTools: reply !== undefined }),
      },
    ];
  }

  /** The end of a blend that has failed. */
  fail(error: unknown): readonly LanguageModelV4StreamPart[] {
    return [
      ...this.#closeProgress(),
      { type: 'error', error },
      { type: 'finish', finishReason: { unified: 'error', raw: undefined }, usage: toModelUsage(undefined) },
    ];
  }

  #showProgress(delta: string): readonly LanguageModelV4StreamPart[] {
    if (this.#progress === undefined || delta === '') return [];
    const start = this.#isProgressOpen
      ? []
      : [{ type: 'reasoning-start', id: PROGRESS_ID, providerMetadata: PROGRESS_METADATA } as const];
    this.#isProgressOpen = true;
    return [...start, { type: 'reasoning-delta', id: PROGRESS_ID, delta, providerMetadata: PROGRESS_METADATA }];
  }

  #closeProgress(): readonly LanguageModelV4StreamPart[] {
    if (!this.#isProgressOpen) return [];
    this.#isProgressOpen = false;
    return [{ type: 'reasoning-end', id: PROGRESS_ID, providerMetadata: PROGRESS_METADATA }];
  }
}

function answerBlock(text: string): readonly LanguageModelV4StreamPart[] {
  return [
    { type: 'text-start', id: ANSWER_ID },
    { type: 'text-delta', id: ANSWER_ID, delta: text },
    { type: 'text-end', id: ANSWER_ID },
  ];
}

/** A reply that calls tools: thoughts, then its text, then the calls, each as the model gave it. */
function replyBlocks({ parts, text }: ToolReply): readonly LanguageModelV4StreamPart[] {
  const own = parts.map((part) =>
    part.type.startsWith('reasoning-') && 'id' in part ? { ...part, id: `${WRITER_ID}${part.id}` } : part,
  );
  const firstCall = own.findIndex(({ type }) => type.startsWith('tool-'));
  const before = own.slice(0, firstCall);
  const said = text.trim() === '' ? [] : answerBlock(text);
  return [...before, ...said, ...own.slice(firstCall)];
}

/** Some providers end a reply with calls as they end any other. */
function replyFinishReason({ finishReason }: ToolReply): LanguageModelV4FinishReason {
  return { unified: 'tool-calls', raw: finishReason?.raw };
}

/** A model that was given no tools may name some all the same; nobody calls them. */
const FINISH_REASONS: ReadonlyMap<string, LanguageModelV4FinishReason['unified']> = new Map([
  ['stop', 'stop'],
  ['tool-calls', 'stop'],
  ['length', 'length'],
  ['content-filter', 'content-filter'],
  ['error', 'error'],
  ['interrupted', 'interrupted'],
]);

function finishReasonOf({ decision, fused, candidates }: BlendResult): LanguageModelV4FinishReason {
  const raw = (decision === 'fused' ? fused : candidates[0])?.finishReason ?? 'other';
  return { unified: FINISH_REASONS.get(raw) ?? 'other', raw };
}
