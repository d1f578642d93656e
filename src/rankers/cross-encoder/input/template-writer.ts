import { fairShare } from '../../../util/fit-texts.ts';
import type { SequenceWriter } from '../../onnx/onnx-ranker.ts';
import type { FieldName, InputTemplate, TemplatePart } from './template.ts';
import { type KeptTokens, keepEnds, type Sequence, type TextTokens } from './text-tokens.ts';

/** How an architecture puts two texts together. */
export interface SequenceForm {
  /** How many separators stand between the texts: RoBERTa writes two. */
  readonly separators: 1 | 2;
  /** True where tokens of the second text have a type of their own. */
  readonly isTyped: boolean;
}

type Fields = Readonly<Partial<Record<FieldName, string>>>;

/** A part of a template without a special token inside, which is tokenized as one text, as it was in training. */
interface Segment {
  readonly type: number;
  /** Special tokens before and after it. */
  readonly before: number[];
  readonly after: number[];
  /** The special token that the template writes right before it, or nothing. */
  readonly prefix: string;
  readonly parts: TemplatePart[];
}

/**
 * Writes a template: the first text between the special tokens for begin and end, and the second text with its own.
 * Where that is too long, the texts that are filled in lose their middle, each keeping a fair share.
 *
 * @param maxTokens of a sequence, special tokens included.
 * @throws Error where the tokenizer lacks a special token, or the template alone is too long.
 */
export function templateWriter(
  { reads, texts }: InputTemplate,
  { tokens, maxTokens, form }: { tokens: TextTokens; maxTokens: number; form: SequenceForm },
): SequenceWriter<Sequence> {
  const segments = splitTemplate(texts, tokens, form);
  const specialTokens = segments.reduce((sum, { before, after }) => sum + before.length + after.length, 0);
  const limits = { tokens, maxTokens, room: maxTokens - specialTokens };
  // A template that is too long is an error at once, not at the first ranking.
  encodeApart(segments, {}, limits);
  const write = (fields: Fields): Sequence => {
    const kept = encodeTogether(segments, fields, limits) ?? encodeApart(segments, fields, limits);
    const written = segments.map(({ type, before, after }, index) => {
      const ids = [...before, ...(kept[index]?.ids ?? []), ...after];
      return { ids, types: ids.map(() => type) };
    });
    return {
      ids: written.flatMap(({ ids }) => ids),
      types: form.isTyped ? written.flatMap(({ types }) => types) : [],
      headPositions: [0],
      truncated: kept.some(({ truncated }) => truncated),
    };
  };
  return reads === 'pairs'
    ? { reads, write: (task, left, right) => write({ task, left, right }) }
    : { reads, write: (task, text) => write({ task, text }) };
}

/** Cuts the texts at the special tokens that the template itself writes, and puts the architecture's own around them. */
function splitTemplate(texts: InputTemplate['texts'], tokens: TextTokens, form: SequenceForm): readonly Segment[] {
  const [begin, end] = [tokens.idOf('[CLS]', '<s>', '<bos>'), tokens.idOf('[SEP]', '</s>', '<eos>')];
  return texts.flatMap((parts, type) => {
    const first = type === 0 ? [begin] : form.separators === 2 ? [end] : [];
    let segment: Segment = { type, before: first, after: [], prefix: '', parts: [] };
    const segments = [segment];
    for (const part of parts) {
      if ('field' in part) {
        segment.parts.push(part);
        continue;
      }
      for (const { text, specialId } of tokens.splitAtSpecialTokens(part.literal)) {
        if (specialId === undefined) segment.parts.push({ literal: checkLiteral(text) });
        else segments.push((segment = { type, before: [specialId], after: [], prefix: text, parts: [] }));
      }
    }
    segment.after.push(end);
    return segments;
  });
}

/** A special token of another tokenizer would be read as plain text, and nobody would notice. */
function checkLiteral(text: string): string {
  const [strange] = /\[(?:CLS|SEP)\]|<\/?s>|<[be]os>/.exec(text) ?? [];
  if (strange === undefined) return text;
  throw new Error(`its input writes ${strange}, which is no special token of its tokenizer.`);
}

interface Limits {
  readonly tokens: TextTokens;
  readonly maxTokens: number;
  /** Most tokens without the special tokens. */
  readonly room: number;
}

/** The tokens of each segment, undefined where they are too many. */
function encodeTogether(
  segments: readonly Segment[],
  fields: Fields,
  { tokens, maxTokens, room }: Limits,
): readonly KeptTokens[] | undefined {
  const kept = segments.map(({ parts, prefix }) => {
    const text = parts.map((part) => ('field' in part ? (fields[part.field] ?? '') : part.literal)).join('');
    return tokens.encode(text, maxTokens, prefix);
  });
  const count = kept.reduce((sum, { ids }) => sum + ids.length, 0);
  return count > room || kept.some(({ truncated }) => truncated) ? undefined : kept;
}

/** The same with each part by itself, so that those that are filled in can be shortened. @throws Error where the others fill the room. */
function encodeApart(
  segments: readonly Segment[],
  fields: Fields,
  { tokens, maxTokens, room }: Limits,
): readonly KeptTokens[] {
  const encoded = segments.map(({ parts }) =>
    separate(parts, fields).map(({ text, isField }) => ({ isField, kept: tokens.encode(text, maxTokens) })),
  );
  const lengths = (wanted: boolean) =>
    encoded.flatMap((parts) => parts.filter(({ isField }) => isField === wanted).map(({ kept }) => kept.ids.length));
  const fixed = lengths(false).reduce((sum, length) => sum + length, 0);
  if (fixed >= room) throw new Error(`its input leaves no room for texts: ${maxTokens} tokens are the most.`);
  const share = fairShare(lengths(true), room - fixed);
  return encoded.map((parts) => {
    const kept = parts.map((part) => (part.isField ? keepEnds(part.kept, share) : part.kept));
    return { ids: kept.flatMap(({ ids }) => ids), truncated: kept.some(({ truncated }) => truncated) };
  });
}

/** The texts of the parts. A space before one that is filled in goes with it, as tokens begin with their space. */
function separate(parts: readonly TemplatePart[], fields: Fields): readonly { text: string; isField: boolean }[] {
  let space = '';
  return parts.map((part) => {
    if ('field' in part) {
      const text = `${space}${fields[part.field] ?? ''}`;
      space = '';
      return { text, isField: true };
    }
    const text = `${space}${part.literal}`.trimEnd();
    space = part.literal.slice(part.literal.trimEnd().length);
    return { text, isField: false };
  });
}
