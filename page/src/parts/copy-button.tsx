import { useState } from 'react';
import { S } from '../strings.ts';

/** Copies a text as the model wrote it. */
export function CopyButton({ text, what, label = S.text.copy }: { text: string; what: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" className="quiet" aria-label={S.text.copyWhat(what)} onClick={() => void copy()}>
      {isCopied ? S.text.copied : label}
    </button>
  );
}
