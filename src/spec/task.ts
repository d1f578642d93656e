import type { Attachment } from './attachments.ts';

/** What the candidates answer. */
export interface Task {
  /** The instruction or question. */
  readonly instruction: string;
  /** Material that the instruction refers to (MixInstruct's `input`). Empty = none. */
  readonly input: string;
  /** Images and files that belong to it, in the order of their marks in the text, such as `[image: photo.png]`. Absent = none. */
  readonly attachments?: readonly Attachment[] | undefined;
}

/** Joins instruction and input into one prompt: the only place where that is done. */
export function taskText({ instruction, input }: Task): string {
  return input === '' ? instruction : instruction === '' ? input : `${instruction}\n\n${input}`;
}
