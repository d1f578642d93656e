import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider';
import { type Attachment, fileKind, type FileKind } from '../../spec/attachments.ts';
import { BYTES_PER_TOKEN } from '../../util/estimate-tokens.ts';

/** Tokens of an answer for which no `maxOutputTokens` is given: longer than nearly all. */
const DEFAULT_OUTPUT_TOKENS = 4096;

/** What a call may take, guessed before it is made. */
export interface TokenEstimate {
  readonly inputTokens: number;
  /** `maxOutputTokens` where given. */
  readonly outputTokens: number;
}

/** Guesses the tokens of a call from its options. */
export function estimateCallTokens({
  prompt,
  tools,
  maxOutputTokens = DEFAULT_OUTPUT_TOKENS,
}: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'maxOutputTokens'>): TokenEstimate {
  const bytes = (tools === undefined ? 0 : byteLength(JSON.stringify(tools))) + promptBytes(prompt);
  return {
    inputTokens: Math.ceil(bytes / BYTES_PER_TOKEN) + fileTokens(prompt),
    outputTokens: maxOutputTokens,
  };
}

/** Bytes of what is text, with a little for the frame of each message. */
function promptBytes(prompt: LanguageModelV4Prompt): number {
  return prompt.reduce((sum, { content }) => sum + 12 + contentBytes(content), 0);
}

function contentBytes(content: Content): number {
  if (typeof content === 'string') return byteLength(content);
  return partsOf(content).reduce((sum, part) => {
    if ('text' in part && typeof part.text === 'string') return sum + byteLength(part.text);
    return part.type === 'file' ? sum : sum + byteLength(JSON.stringify(part));
  }, 0);
}

type Content = LanguageModelV4Prompt[number]['content'];
type MessagePart = Exclude<Content, string>[number];
type ResultPart = Extract<LanguageModelV4ToolResultOutput, { type: 'content' }>['value'][number];

/** The parts of a message; those of a tool's result, which may have files, in its place. */
function partsOf(content: readonly MessagePart[]): readonly (MessagePart | ResultPart)[] {
  return content.flatMap((part): readonly (MessagePart | ResultPart)[] =>
    part.type === 'tool-result' && part.output.type === 'content' ? part.output.value : [part],
  );
}

/** The least of any file: about that of an image, whose size counts with few providers. */
const MIN_FILE_TOKENS = 1500;

/** Bytes for each token: a page of a PDF has some 50 kB and 2000 tokens, a second of sound 16 kB and 30. */
const FILE_BYTES_PER_TOKEN = {
  image: Infinity,
  audio: 500,
  video: 500,
  pdf: 25,
  file: BYTES_PER_TOKEN,
} as const satisfies Record<FileKind, number>;

function fileTokens(prompt: LanguageModelV4Prompt): number {
  return prompt.reduce((sum, { content }) => {
    if (typeof content === 'string') return sum;
    const files = partsOf(content).filter((part) => part.type === 'file');
    return sum + files.reduce((tokens, file) => tokens + tokensOfFile(file), 0);
  }, 0);
}

function tokensOfFile({ data, mediaType }: Pick<LanguageModelV4FilePart, 'data' | 'mediaType'>): number {
  return fileTokensOf(data.type === 'text' ? byteLength(data.text) : dataBytes(data), mediaType);
}

/** Tokens of an image or file of a message. */
export function estimateFileTokens(part: Attachment): number {
  return part.type === 'image'
    ? fileTokensOf(dataBytes(part.image), 'image')
    : fileTokensOf(dataBytes(part.data), part.mediaType);
}

function fileTokensOf(bytes: number, mediaType: string): number {
  return Math.max(MIN_FILE_TOKENS, Math.ceil(bytes / FILE_BYTES_PER_TOKEN[fileKind(mediaType)]));
}

/** Bytes of data as they are or in base64; none where there is an address, whose file is not known. */
function dataBytes(data: unknown): number {
  if (typeof data === 'string') return /^https?:/i.test(data) ? 0 : Buffer.byteLength(data, 'base64');
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength;
  return typeof data === 'object' && data !== null && 'data' in data ? dataBytes(data.data) : 0;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
