import { isUtf8 } from 'node:buffer';
import type { LanguageModelV4FilePart, LanguageModelV4Prompt, LanguageModelV4TextPart } from '@ai-sdk/provider';
import type { CallWarning } from 'ai';
import { fileKind, type FileKind, hiddenFileWarning, hiddenMark } from '../../spec/attachments.ts';

/** Which kinds of files a prompt has. */
export function kindsOfFiles(prompt: LanguageModelV4Prompt): ReadonlySet<FileKind> {
  const kinds = new Set<FileKind>();
  for (const { role, content } of prompt) {
    if (role !== 'user' && role !== 'assistant') continue;
    for (const part of content) if (part.type === 'file') kinds.add(fileKind(part.mediaType));
  }
  return kinds;
}

/** A prompt without the files of some kinds, and a warning for each mark that stands in their place. */
export interface HiddenFiles {
  readonly prompt: LanguageModelV4Prompt;
  readonly warnings: readonly CallWarning[];
}

/** Puts texts in the place of the files of some kinds: the text of a text file, a mark for any other. */
export function hideFiles(prompt: LanguageModelV4Prompt, kinds: ReadonlySet<FileKind>): HiddenFiles {
  const warnings: CallWarning[] = [];
  const toText = (part: LanguageModelV4FilePart): LanguageModelV4FilePart | LanguageModelV4TextPart => {
    const kind = fileKind(part.mediaType);
    if (!kinds.has(kind)) return part;
    const text = kind === 'file' ? textOf(part) : undefined;
    if (text !== undefined)
      return { type: 'text', text: part.filename === undefined ? text : `${part.filename}:\n${text}` };
    const mark = hiddenMark({ kind, name: part.filename });
    warnings.push(hiddenFileWarning(kind, mark));
    return { type: 'text', text: mark };
  };
  const hidden = prompt.map((message): LanguageModelV4Prompt[number] => {
    switch (message.role) {
      case 'user':
        return {
          ...message,
          content: joinTexts(message.content.map((part) => (part.type === 'file' ? toText(part) : part))),
        };
      case 'assistant':
        return { ...message, content: message.content.map((part) => (part.type === 'file' ? toText(part) : part)) };
      default:
        return message;
    }
  });
  return { prompt: hidden, warnings };
}

/** The content of a file that is text; undefined for any other, and where it is elsewhere. */
function textOf({ data }: LanguageModelV4FilePart): string | undefined {
  if (data.type === 'text') return data.text;
  if (data.type !== 'data') return undefined;
  const bytes = typeof data.data === 'string' ? Buffer.from(data.data, 'base64') : data.data;
  return isUtf8(bytes) && !bytes.includes(0) ? new TextDecoder().decode(bytes) : undefined;
}

/** Servers that take texts alone want one, not several parts. */
function joinTexts(
  parts: readonly (LanguageModelV4FilePart | LanguageModelV4TextPart)[],
): (LanguageModelV4FilePart | LanguageModelV4TextPart)[] {
  const [first] = parts;
  const isPlain = parts.every((part) => part.type === 'text' && part.providerOptions === undefined);
  if (first === undefined || !isPlain) return [...parts];
  return [{ type: 'text', text: parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n') }];
}
