import type { QuestionContent } from '../api/types.ts';

/** An image that goes with the question. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** Of the file. */
  readonly bytes: number;
  /** A data URL in base64. */
  readonly url: string;
}

/** Images that models take. */
export const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** Bytes of a request that are kept for the question and its settings. */
const KEPT_BYTES = 100_000;

export function questionContent(text: string, attachments: readonly Attachment[]): QuestionContent {
  if (attachments.length === 0) return text;
  return [
    { type: 'text', text },
    ...attachments.map(({ url }) => ({ type: 'image_url' as const, image_url: { url } })),
  ];
}

/** Bytes that a file of this size takes in a request. */
function bytesInRequest(bytes: number): number {
  return Math.ceil(bytes / 3) * 4 + 100;
}

/** Which of these files can be attached besides those that are, with a request of at most `limit` bytes. */
export function chooseFiles<FILE extends { readonly size: number; readonly type: string }>(
  files: readonly FILE[],
  { attached, limit }: { attached: readonly Attachment[]; limit: number },
): { readonly taken: readonly FILE[]; readonly wrongType: readonly FILE[]; readonly tooLarge: readonly FILE[] } {
  let room = limit - KEPT_BYTES - attached.reduce((sum, { bytes }) => sum + bytesInRequest(bytes), 0);
  const taken: FILE[] = [];
  const wrongType: FILE[] = [];
  const tooLarge: FILE[] = [];
  for (const file of files) {
    if (!IMAGE_TYPES.includes(file.type)) {
      wrongType.push(file);
    } else if (bytesInRequest(file.size) > room) {
      tooLarge.push(file);
    } else {
      room -= bytesInRequest(file.size);
      taken.push(file);
    }
  }
  return { taken, wrongType, tooLarge };
}

/** Reads an image. @throws Error where the file is gone or cannot be read */
export function readImage(file: File): Promise<Attachment> {
  const { promise, resolve, reject } = Promise.withResolvers<Attachment>();
  const reader = new FileReader();
  reader.addEventListener('load', () =>
    resolve({ id: crypto.randomUUID(), name: file.name, bytes: file.size, url: String(reader.result) }),
  );
  reader.addEventListener('error', () => reject(reader.error ?? new Error(file.name)));
  reader.readAsDataURL(file);
  return promise;
}
