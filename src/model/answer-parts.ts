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
  readonly #streamsFused: boolean;
  #isProgressOpen = false;
  /** The block of text that is open; undefined where none is. */
  #textId: string | undefined;
  #texts = 0;
  /** What follows of the fused text is what was streamed, without marks of the prompt. */
  #isCleaned = false;

  constructor({
    fuser,
    showProgress,
    streamsFused,
  }: {
    /** Undefined without tools. */
    fuser: ToolReplyCollector | undefined;
    showProgress: boolean;
    /** Whether the fused text is given as it is written, unchecked. */
    streamsFused: boolean;
  }) {
    this.#fuser = fuser;
    this.#progress = showProgress ? new ProgressText() : undefined;
    this.#streamsFused = streamsFused;
  }

  /** The parts of a model that a part of a blend becomes. */
  read(part: BlendPart): readonly LanguageModelV4StreamPart[] {
    this.#fuser?.read(part);
    if (part.type === 'blend-end') return this.#end(part.result);
    return [
      ...this.#showProgress(this.#progress?.lineOf(part) ?? ''),
      ...(this.#streamsFused ? this.#fused(part) : []),
    ];
  }

  /** The end of a blend that has failed. */
  fail(error: unknown): readonly LanguageModelV4StreamPart[] {
    return [
      ...this.#closeProgress(),
      ...this.#closeText(),
      { type: 'error', error },
      { type: 'finish', finishReason: { unified: 'error', raw: undefined }, usage: toModelUsage(undefined) },
    ];
  }

  #end(result: BlendResult): readonly LanguageModelV4StreamPart[] {
    const reply = this.#fuser?.reply;
    const isStreamed = this.#texts > 0;
    if (isStreamed && reply === undefined && result.decision !== 'fused') {
      const { message = result.decisionReason } = result.failures.find(({ phase }) => phase === 'fuse') ?? {};
      return this.fail(new Error(`The fusion failed after a part of it was streamed: ${message}`));
    }
    // What a blend decides about its candidates says nothing where tools are called.
    const line = reply === undefined ? `${result.decisionReason}\n` : `${reply.fuser} calls tools.\n`;
    const text = reply === undefined ? result.text : reply.text;
    return [
      ...this.#showProgress(line),
      ...this.#closeProgress(),
      ...this.#closeText(),
      ...replyBlocks(reply?.parts ?? [], isStreamed ? '' : text),
      {
        type: 'finish',
        finishReason: reply === undefined ? finishReasonOf(result) : replyFinishReason(reply),
        usage: toModelUsage(result.usage),
        providerMetadata: toProviderMetadata(result, { callsTools: reply !== undefined }),
      },
    ];
  }

  /** The fused text as it is written. What was given cannot be taken back. */
  #fused(part: BlendPart): readonly LanguageModelV4StreamPart[] {
    if (part.type === 'fusion-restart') {
      if (part.reason === 'cleaned') this.#isCleaned = true;
      return this.#closeText();
    }
    if (part.type !== 'fusion-delta' || this.#isCleaned) return [];
    const opening = this.#textId === undefined ? this.#openText() : [];
    return [...opening, { type: 'text-delta', id: this.#textId ?? ANSWER_ID, delta: part.delta }];
  }

  #openText(): readonly LanguageModelV4StreamPart[] {
    this.#texts += 1;
    this.#textId = this.#texts === 1 ? ANSWER_ID : `${ANSWER_ID}-${this.#texts}`;
    return [
      ...this.#closeProgress(),
      ...(this.#fuser?.takeBeforeText() ?? []).map(ofWriter),
      { type: 'text-start', id: this.#textId },
    ];
  }

  #closeText(): readonly LanguageModelV4StreamPart[] {
    const id = this.#textId;
    this.#textId = undefined;
    return id === undefined ? [] : [{ type: 'text-end', id }];
  }

  /** Tells of a step, as long as no text has begun. */
  #showProgress(delta: string): readonly LanguageModelV4StreamPart[] {
    if (this.#progress === undefined || delta === '' || this.#texts > 0) return [];
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

/** The parts of a reply as the model gave them, with its text before its calls. */
function replyBlocks(parts: readonly LanguageModelV4StreamPart[], text: string): readonly LanguageModelV4StreamPart[] {
  const own = parts.map(ofWriter);
  const firstCall = own.findIndex(({ type }) => type.startsWith('tool-'));
  const said = text.trim() === '' ? [] : answerBlock(text);
  return firstCall === -1 ? [...own, ...said] : [...own.slice(0, firstCall), ...said, ...own.slice(firstCall)];
}

/** A part of the model that has the tools; the ids of its thoughts are its own. */
function ofWriter(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart {
  return part.type.startsWith('reasoning-') && 'id' in part ? { ...part, id: `${WRITER_ID}${part.id}` } : part;
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
