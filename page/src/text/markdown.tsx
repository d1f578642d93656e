import { memo, useDeferredValue, useMemo, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { S } from '../strings.ts';
import { CodeBlock } from './code-block.tsx';
import { splitBlocks } from './split-blocks.ts';
import { SHOWN_CHARACTERS, visibleText } from './visible-text.ts';

/** Longer blocks that are still written are shown as they are: drawing them anew for each token would stall the page. */
const TAIL_CHARACTERS = 2000;

/** Only these are links; whatever else a model writes as an address is text. */
function safeAddress(url: string): string {
  return /^(?:https?:\/\/|mailto:)/i.test(url) ? url : '';
}

/** Of an address, what a reader should know before going there. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, protocol, pathname } = new URL(url);
  return protocol === 'mailto:' ? pathname : host;
}

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href === undefined || href === '' ? (
      <>{children}</>
    ) : (
      <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc" referrerPolicy="no-referrer">
        {children}
        <span className="link-place"> ({placeOf(href)})</span>
      </a>
    ),
  // Nothing is loaded that a model names.
  img: ({ alt, src }) => (
    <span className="not-loaded">{S.text.image(alt ?? '', typeof src === 'string' ? src : '')}</span>
  ),
  // Headings of an answer are below those of the page.
  h1: ({ children }) => <h4 className="md-1">{children}</h4>,
  h2: ({ children }) => <h5 className="md-2">{children}</h5>,
  h3: ({ children }) => <h6 className="md-3">{children}</h6>,
  h4: ({ children }) => <p className="md-3">{children}</p>,
  h5: ({ children }) => <p className="md-3">{children}</p>,
  h6: ({ children }) => <p className="md-3">{children}</p>,
  // A box that cannot be ticked has no use for a keyboard.
  input: ({ checked }) => <span aria-hidden="true">{checked === true ? '☑ ' : '☐ '}</span>,
  pre: ({ children }) => <>{children}</>,
  code: ({ className, children }) => {
    const text = String(children);
    const language = /language-(\S+)/.exec(className ?? '')?.[1];
    if (language === undefined && !text.endsWith('\n')) return <code>{children}</code>;
    return <CodeBlock text={text.replace(/\n$/, '')} language={language} />;
  },
  table: ({ children }) => (
    <div className="scroll" tabIndex={0} role="region" aria-label={S.text.table}>
      <table>{children}</table>
    </div>
  ),
};

const PLUGINS = [remarkGfm];

const Block = memo(function Block({ text }: { readonly text: string }) {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={safeAddress}>
      {text}
    </ReactMarkdown>
  );
});

/** What a model wrote, as Markdown without HTML, images or addresses that do anything by themselves. */
export const Markdown = memo(function Markdown({
  text: latest,
  isWriting = false,
}: {
  readonly text: string;
  /** Whether more of it comes. */
  readonly isWriting?: boolean;
}) {
  // Many texts that come at once are drawn in small pieces of work, so that the page answers meanwhile.
  const text = useDeferredValue(latest);
  const [limit, setLimit] = useState(SHOWN_CHARACTERS);
  const shown = useMemo(() => visibleText(text.slice(0, limit)), [text, limit]);
  const blocks = useMemo(() => splitBlocks(shown), [shown]);
  const isPlain = (index: number) =>
    isWriting && index === blocks.length - 1 && (blocks[index]?.length ?? 0) > TAIL_CHARACTERS;
  return (
    <div className="markdown" dir="auto">
      {blocks.map((block, index) =>
        // Blocks are only ever added at the end.
        isPlain(index) ? (
          <p key={index} className="plain">
            {block}
          </p>
        ) : (
          <Block key={index} text={block} />
        ),
      )}
      {text.length > limit && (
        <button type="button" className="quiet" onClick={() => setLimit(limit + SHOWN_CHARACTERS)}>
          {S.text.showMore(text.length - limit)}
        </button>
      )}
    </div>
  );
});
