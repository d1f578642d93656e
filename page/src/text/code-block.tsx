import { createLowlight } from 'lowlight';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { memo, type ReactNode } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { S } from '../strings.ts';

const lowlight = createLowlight({ bash, css, javascript, json, python, sql, typescript, xml });

/** Longer code is shown without colours: finding them takes too long. */
const COLOURED_CHARACTERS = 10_000;

type Tree = ReturnType<typeof lowlight.highlight>['children'][number];

function draw(node: Tree, key: number): ReactNode {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element') return null;
  const names = node.properties['className'];
  return (
    <span key={key} className={Array.isArray(names) ? names.join(' ') : ''}>
      {node.children.map((child, index) => draw(child, index))}
    </span>
  );
}

/** A block of code, with a button that copies it. */
export const CodeBlock = memo(function CodeBlock({
  text,
  language,
}: {
  readonly text: string;
  readonly language: string | undefined;
}) {
  const isColoured = language !== undefined && lowlight.registered(language) && text.length <= COLOURED_CHARACTERS;
  return (
    <figure className="code">
      <figcaption>
        <span>{language ?? ''}</span>
        <CopyButton text={text} what={S.text.code} />
      </figcaption>
      <pre tabIndex={0} aria-label={S.text.code} dir="ltr">
        <code>
          {isColoured ? lowlight.highlight(language, text).children.map((child, index) => draw(child, index)) : text}
        </code>
      </pre>
    </figure>
  );
});
