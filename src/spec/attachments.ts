import type { CallWarning, FilePart, ImagePart, ModelMessage } from 'ai';

/** An image or file of a message, as the AI SDK has it. */
export type Attachment = ImagePart | FilePart;

/** What models tell apart: one may take images and no PDF. */
export type FileKind = 'image' | 'audio' | 'video' | 'pdf' | 'file';

/** What is said of a file where it is not shown itself. */
export interface FileLabel {
  readonly kind: FileKind;
  /** Its name, where it has one. */
  readonly name: string | undefined;
}

const KIND_NAMES = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  pdf: 'PDF',
  file: 'file',
} as const satisfies Record<FileKind, string>;

/** Longest name in a mark, in UTF-16 units. */
const MAX_NAME_LENGTH = 100;

/** The images and files among the parts of messages, in their order. */
export function attachmentsOf(messages: readonly ModelMessage[]): readonly Attachment[] {
  return messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.filter(isAttachment)));
}

export function isAttachment(part: { readonly type: string }): part is Attachment {
  return part.type === 'image' || part.type === 'file';
}

export function fileKind(mediaType: string): FileKind {
  if (mediaType === 'application/pdf') return 'pdf';
  const top = mediaType.split('/', 1)[0];
  return top === 'image' || top === 'audio' || top === 'video' ? top : 'file';
}

export function attachmentLabel(part: Attachment): FileLabel {
  const kind = part.type === 'image' ? 'image' : fileKind(part.mediaType);
  return { kind, name: ('filename' in part ? part.filename : undefined) ?? nameInAddress(part) };
}

/** The text in place of an attachment, such as `[image: photo.png]`. */
export function attachmentMark(part: Attachment): string {
  return `[${labelText(attachmentLabel(part))}]`;
}

/** The text for a model that takes no such files, such as `[image: photo.png, not shown to this model]`. */
export function hiddenMark(label: FileLabel): string {
  return `[${labelText(label)}, not shown to this model]`;
}

function labelText({ kind, name }: FileLabel): string {
  // A name comes from outside: it may not close the brackets, or begin a line.
  const shown =
    name
      ?.replaceAll(/[[\]\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, MAX_NAME_LENGTH) ?? '';
  return shown === '' ? KIND_NAMES[kind] : `${KIND_NAMES[kind]}: ${shown}`;
}

/** The last part of the path of an address. */
function nameInAddress(part: Attachment): string | undefined {
  const data: unknown = part.type === 'image' ? part.image : part.data;
  const address = typeof data === 'object' && data !== null && 'url' in data ? data.url : data;
  if (!(address instanceof URL) && (typeof address !== 'string' || !/^https?:/i.test(address))) return undefined;
  const url = URL.parse(String(address));
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.pathname.split('/').at(-1) || undefined;
}

/** Features in warnings about files that were not shown. */
const FEATURES = {
  image: 'image input',
  audio: 'audio input',
  video: 'video input',
  pdf: 'PDF input',
  file: 'file input',
} as const satisfies Record<FileKind, string>;

/** Says that a model was shown a mark in place of a file. */
export function hiddenFileWarning(kind: FileKind, mark: string): CallWarning {
  return {
    type: 'unsupported',
    feature: FEATURES[kind],
    details: `The model does not take it and read "${mark}" in its place.`,
  };
}

/** A warning that a model cannot do something. */
export type UnsupportedWarning = Extract<CallWarning, { readonly type: 'unsupported' }>;

/**
 * True for a warning that a model was shown a text mark in place of an image or file.
 *
 * @example
 * const { candidates } = await generateCandidates({ prompt: 'Why is the sky blue?', models: ['ollama/gemma3'] });
 * for (const { model, warnings = [] } of candidates) console.log(model, warnings.filter(isHiddenFileWarning));
 */
export function isHiddenFileWarning(warning: CallWarning): warning is UnsupportedWarning {
  const features: readonly string[] = Object.values(FEATURES);
  return warning.type === 'unsupported' && features.includes(warning.feature);
}
