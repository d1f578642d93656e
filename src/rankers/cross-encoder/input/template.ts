/** The texts that a template may ask for. */
export type FieldName = 'task' | 'text' | 'left' | 'right';

/** A part of a template: a text as it stands, or one that is filled in. */
export type TemplatePart = { readonly literal: string } | { readonly field: FieldName };

/** What a classifier reads: one or two texts, each made of parts. */
export interface InputTemplate {
  /** Both candidates, or one. */
  readonly reads: 'pairs' | 'texts';
  readonly texts: readonly (readonly TemplatePart[])[];
}

/** Reads texts with {task}, {text}, {left} and {right} in them. @throws Error that says which are allowed. */
export function parseTemplate(texts: readonly string[]): InputTemplate {
  const parts = texts.map((text) =>
    text
      .split(/\{(\w+)\}/)
      .flatMap((piece, index): TemplatePart[] =>
        index % 2 === 1 ? [{ field: checkField(piece) }] : piece === '' ? [] : [{ literal: piece }],
      ),
  );
  const fields = new Set(parts.flat().map((part) => ('field' in part ? part.field : undefined)));
  const [hasLeft, hasRight] = [fields.has('left'), fields.has('right')];
  if (hasLeft !== hasRight || hasLeft === fields.has('text')) {
    throw new Error(
      `its input ${JSON.stringify(texts)} must read either {text}, or both {left} and {right}, mostly after {task}.`,
    );
  }
  return { reads: hasLeft ? 'pairs' : 'texts', texts: parts };
}

function checkField(name: string): FieldName {
  if (name === 'task' || name === 'text' || name === 'left' || name === 'right') return name;
  throw new Error(`its input asks for {${name}}; known are {task}, {text}, {left} and {right}.`);
}
