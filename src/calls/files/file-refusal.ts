import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { RetryError } from 'ai';
import { fileKind, type FileKind } from '../../spec/attachments.ts';
import { statusIn } from '../error-body.ts';

/**
 * Statuses of refusals. Servers of local models answer 500 where a model lacks its part for images, and gateways 404
 * where none of their servers takes them.
 */
const STATUSES = new Set([400, 404, 415, 422, 500, 501]);

/** Words for files, and for what a model lacks that takes none. */
const FILES =
  '(?:image|vision|visual|picture|photo|multi-?modal|audio|video|pdf|document|file|attachment|media)[\\w-]*';

/** What may stand between such a word and the verb: "image_url content is". */
const BETWEEN = '[\\s\\w\'`"()./,:-]{0,60}?';

/**
 * How servers and packages say that a model takes no files of a kind. Statements about one file, its format or size, are
 * not among them: another model would refuse it too.
 */
const REFUSALS: readonly RegExp[] = [
  // "this model does not support image input", "cannot process images"
  words(
    "(?:\\bnot?|n't|n’t|cannot|unable to|doesnt)\\s+(?:currently\\s+|yet\\s+)?",
    '(?:support|accept|handle|process|read|take|allow|have|analy[sz]e|view|see)(?:s|ed|ing)?\\b',
    `${BETWEEN}\\b${FILES}`,
  ),
  // "image input is not supported", "image_url is only supported by certain models", "image input is disabled"
  words(
    `\\b${FILES}${BETWEEN}`,
    "(?:\\b(?:not|n't|only|un)\\s*-?(?:\\w+\\s+)?",
    '(?:supported|enabled|available|allowed|accepted|permitted|configured|implemented|loaded|capable)',
    "|n't supported|\\bdisabled)",
  ),
  // "unsupported content type: image_url", "no endpoints found that support image input"
  words(
    '(?:unsupported|unexpected|unrecogni[sz]ed|unknown|invalid) (?:content|message|part|input)',
    `${BETWEEN}\\b${FILES}`,
  ),
  words('\\bno (?:\\w+ ){0,3}(?:that |which )?supports?', `${BETWEEN}\\b${FILES}`),
  words('\\blacks?', `${BETWEEN}\\b${FILES}`),
  // "is not a multimodal model", "no vision support", "is not vision capable"
  /\bnot an? (?:\w+ )?(?:multi-?modal|vision|visual)\b/i,
  /\bno (?:vision|image|multi-?modal) (?:support|input|capabilit)|\bnot (?:vision|image)[- ]capable/i,
  // "text-only model", "can only process text", "must be text"
  /\btext[- ]only\b|\bonly text\b|\bonly (?:support|accept|take|handle|process|read)(?:e?s)? text/i,
  /\bmust be ['"`]?text['"`]?(?=$|[\n.,;)])/i,
  // What llama.cpp, Ollama and those who build on them say
  /not (?:compiled|built|loaded|configured) (?:for|with)[^.]{0,30}(?:multi-?modal|mmproj|vision)|\bmmproj\b/i,
  /missing data required for image/i,
  // vLLM: "At most 0 image(s) may be provided"
  /at most 0 (?:image|audio|video|file)/i,
  // Servers whose messages are texts alone complain of the form.
  /unknown (?:variant|part type|content type|type)[^.]{0,5}['"`:\s]+(?:image_url|image|input_image|input_audio|video_url|file|input_file)/i,
  /content\S*(?: field| : value)? must be (?:a|of type) ['"`]?str(?:ing)?\b|expected (?:a )?['"`]?str(?:ing)?\b/i,
  /untagged enum \w*content|should be a valid string|input should be 'text'|unsupported content\[\]\.type/i,
  /\b(?:array|list) content\b|content type: \[\]/i,
  /(?:invalid|unrecogni[sz]ed|unexpected) (?:content |part |message )?(?:value|type)[^.]{0,30}['"`](?:image_url|input_audio|video_url|file)\b/i,
  /either 'text' or 'image_url'|(?:supported|allowed) (?:values|types)(?: are| is)?[^.]{0,40}['"`]text['"`]/i,
];

function words(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join(''), 'i');
}

/** "Unsupported MIME type: application/pdf": of an image it says that the format is wrong, of others that none is taken. */
const UNSUPPORTED_TYPE = /unsupported (?:mime|media) type:? ['"`]?([\w-]+\/[\w.+-]+)/i;

/** What concerns one file and not the model: its format, its size, what it holds, or where it is. */
const ABOUT_ONE_FILE: readonly RegExp[] = [
  /\b(?:image|file|media|audio|video)[\s_-]*(?:formats?|types?|mime|extensions?|encoding|size|dimensions?|resolution)\b/i,
  /\b(?:animated|cmyk|svg|gif|heic|heif|tiff?|bmp|webp|avif|encrypted|progressive) (?:images?|files?)\b/i,
  /(?:unable to|could not|couldn't|cannot|failed to) (?:be )?(?:read|process|open|load|parse|identify)(?:ed)?(?: (?:the|your|this))? (?:image|file|pdf|audio|video)\b(?! (?:input|content))/i,
  /\bmime\b|too (?:large|big|small|long)|exceed|maximum|corrupt|truncated|decod|download|fetch|supported formats|one of the following/i,
  /safety|policy|moderation|\bpages\b|password/i,
];

/** Said of the model or of the whole input, whatever else is said. */
const ABOUT_THE_MODEL =
  /\b(?:model|server|endpoints?|provider)\b[^.]{0,80}\b(?:not|n't|no)\b|\binput\b[^.]{0,20}\bnot\b|certain models/i;

/** From the rarest to what most models take: where an error does not say which it is, the rarest is left out first. */
const RAREST_FIRST: readonly FileKind[] = ['file', 'video', 'audio', 'pdf', 'image'];

const KIND_WORDS: readonly (readonly [pattern: RegExp, kinds: readonly FileKind[]])[] = [
  [/image|vision|visual|picture|photo|mmproj/i, ['image']],
  [/audio/i, ['audio']],
  [/video/i, ['video']],
  [/pdf/i, ['pdf']],
  [/file|document|attachment/i, ['file', 'pdf']],
];

/** Where an error goes on to what would be taken instead. */
const INSTEAD = /\b(?:supported|allowed|valid) (?:values|types)|\bexpected\b|\beither\b/i;

/**
 * The kinds of files, among those that were sent, that an error says the model does not take; none where it is about
 * something else.
 */
export function refusedKinds(thrown: unknown, sent: ReadonlySet<FileKind>): readonly FileKind[] {
  if (sent.size === 0) return [];
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown;
  if (!(error instanceof Error)) return [];
  const rarest = RAREST_FIRST.filter((kind) => sent.has(kind)).slice(0, 1);
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return /file|media|image|audio|video|pdf|content/i.test(`${error.functionality} ${error.message}`) ? rarest : [];
  }
  const status = statusIn(error);
  if (status !== undefined && !STATUSES.has(status)) return [];
  const reason = reasonOf(error);
  const type = fileKind(UNSUPPORTED_TYPE.exec(reason)?.[1] ?? 'image/*');
  if (type !== 'image' && sent.has(type)) return [type];
  if (!REFUSALS.some((pattern) => pattern.test(reason))) return [];
  if (ABOUT_ONE_FILE.some((pattern) => pattern.test(reason)) && !ABOUT_THE_MODEL.test(reason)) return [];
  const [complaint = ''] = reason.split(INSTEAD, 1);
  const named = KIND_WORDS.filter(([pattern]) => pattern.test(complaint))
    .map(([, kinds]) => kinds.filter((kind) => sent.has(kind)))
    .find((kinds) => kinds.length > 0);
  // A PDF is an image to some servers: where nothing that was sent is named, it is all of it.
  return named ?? [...sent];
}

/** What is read of a message and of a body, in UTF-16 units. */
const MAX_LENGTH = 2000;

/** What the server said; some packages keep it in the body alone. */
function reasonOf(error: Error): string {
  const body: unknown = APICallError.isInstance(error) ? error.responseBody : undefined;
  return [error.message, typeof body === 'string' ? body : ''].map((text) => text.slice(0, MAX_LENGTH)).join('\n');
}
