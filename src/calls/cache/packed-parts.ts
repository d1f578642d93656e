import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** Pieces of one text that came one after the other, in one entry: a fifth of the bytes, and of the time to store them. */
interface DeltaRun {
  readonly type: 'delta-run';
  readonly of: 'text-delta' | 'reasoning-delta';
  readonly id: string;
  text: string;
  /** UTF-16 units of each piece. */
  readonly lengths: number[];
}

/** The parts of a stream in the form in which they are kept. */
export type PackedParts = readonly (LanguageModelV4StreamPart | DeltaRun)[];

/** Collects the parts of a stream. */
export class PartPacker {
  readonly #packed: (LanguageModelV4StreamPart | DeltaRun)[] = [];

  get packed(): PackedParts {
    return this.#packed;
  }

  add(part: LanguageModelV4StreamPart): void {
    if (!isPlainDelta(part)) {
      this.#packed.push(part);
      return;
    }
    const { type, id, delta } = part;
    const last = this.#packed.at(-1);
    if (last?.type === 'delta-run' && last.of === type && last.id === id) {
      last.text += delta;
      last.lengths.push(delta.length);
    } else this.#packed.push({ type: 'delta-run', of: type, id, text: delta, lengths: [delta.length] });
  }
}

/** The parts as they came. */
export function unpackParts(packed: PackedParts): LanguageModelV4StreamPart[] {
  return packed.flatMap((entry): LanguageModelV4StreamPart[] => {
    if (entry.type !== 'delta-run') return [entry];
    const { of: type, id, text, lengths } = entry;
    let start = 0;
    return lengths.map((length) => {
      const delta = text.slice(start, start + length);
      start += length;
      return { type, id, delta };
    });
  });
}

function isPlainDelta(
  part: LanguageModelV4StreamPart,
): part is Extract<LanguageModelV4StreamPart, { type: DeltaRun['of'] }> {
  return (part.type === 'text-delta' || part.type === 'reasoning-delta') && part.providerMetadata === undefined;
}
